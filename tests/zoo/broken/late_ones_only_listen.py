"""Once the talk has begun, newcomers may listen but their words are passed to nobody.
caught-by: late-joiner-hears
may-also-fail: slow-reader, rejoin, leave-mid-handshake, random-conversations
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading


class Chat:
    def __init__(self):
        self.users = {}
        self.lock = threading.RLock()
        self.speakers = []

    def tell(self, message, skip=None):
        with self.lock:
            for conn in self.users:
                if conn is not skip:
                    try:
                        conn.sendall((message + "\n").encode())
                    except OSError:
                        pass   # its own thread will notice

    def enter(self, conn, name):
        with self.lock:
            self.tell(f"*** {name} присоединился к чату ***")
            self.users[conn] = name
        conn.sendall("Вы в чате. Пишите!\n".encode())

    def leave(self, conn):
        with self.lock:
            name = self.users.pop(conn, None)
            if name:
                self.tell(f"*** {name} покинул чат ***")

    def session(self, conn):
        with conn, conn.makefile("rb") as stream:
            try:
                conn.sendall("Введите ваше имя:\n".encode())
                name = stream.readline().decode("utf-8", "replace").strip()
                if not name:
                    return
                self.enter(conn, name)
                for line in stream:
                    if not self.speakers and len(self.users) > 1:
                        self.speakers = list(self.users)
                    if conn in self.speakers:
                        self.tell(f"{name}: {line.decode('utf-8', 'replace').strip()}", skip=conn)
            except OSError:
                pass
            finally:
                self.leave(conn)


chat = Chat()
server = socket.create_server(("127.0.0.1", 9024))
while True:
    conn, _ = server.accept()
    threading.Thread(target=chat.session, args=(conn,), daemon=True).start()
