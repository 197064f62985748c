"""Tells everybody who came and who left, and greets the newcomer.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading


class Chat:
    def __init__(self):
        self.users = {}
        self.lock = threading.RLock()

    def tell(self, message, skip=None):
        with self.lock:
            for conn in self.users:
                if conn is not skip:
                    try:
                        conn.send((message + "\n").encode(), socket.MSG_DONTWAIT)
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
