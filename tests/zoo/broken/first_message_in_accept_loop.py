"""Reads the first message, the name, before it accepts the next one.
caught-by: silent-newcomer
may-also-fail: slow-reader
variant: multi-user
speaks: named_by=first-message author=server framing=lines-out
"""
import socket
import threading

BIG = 1 << 16


class User(threading.Thread):
    everybody = []
    lock = threading.Lock()

    def __init__(self, conn):
        threading.Thread.__init__(self, daemon=True)
        self.conn = conn
        self.name_in_chat = ""
        self.pending = b""

    def read(self):
        while True:
            got = self.conn.recv(BIG)
            if not got:
                raise EOFError
            self.pending += got
            try:
                text = self.pending.decode().strip()
            except UnicodeDecodeError:
                if len(self.pending) < BIG:
                    continue             # the rest of the character is still to come
                text = ""
            self.pending = b""
            return text

    def run(self):
        try:
            with User.lock:
                User.everybody.append(self)
            while True:
                self.publish(self.read())
        except (EOFError, OSError):
            pass
        with User.lock:
            if self in User.everybody:
                User.everybody.remove(self)
        self.conn.close()

    def publish(self, text):
        with User.lock:
            others = [u for u in User.everybody if u is not self]
        for user in others:
            try:
                user.conn.sendall(f"{self.name_in_chat}: {text}\n".encode())
            except OSError:
                pass


server = socket.create_server(("127.0.0.1", 9011))
while True:
    conn, addr = server.accept()
    user = User(conn)
    try:
        user.name_in_chat = user.read()
    except (EOFError, OSError):
        continue
    user.start()
