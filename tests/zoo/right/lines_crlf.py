"""Lines that end with CR LF, as telnet writes them; reads either.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading


class Telnet(threading.Thread):
    room = {}
    lock = threading.Lock()

    def __init__(self, sock):
        super().__init__(daemon=True)
        self.sock, self.nick = sock, ""

    def send(self, text):
        try:
            self.sock.send(text.encode() + b"\r\n", socket.MSG_DONTWAIT)
        except OSError:
            pass

    def others(self):
        with self.lock:
            return [user for user in self.room if user is not self]

    def run(self):
        try:
            self.send("Welcome to the chat! Enter your name!")
            stream = self.sock.makefile("rb")
            self.nick = stream.readline().decode("utf-8", "replace").strip()
            if not self.nick:
                return
            with self.lock:
                self.room[self] = self.nick
            self.send(f"Hello, {self.nick}, you are in the chat")
            for user in self.others():
                user.send(f"--> {self.nick}")
            for line in stream:
                text = line.decode("utf-8", "replace").rstrip("\r\n")
                for user in self.others():
                    user.send(f"{self.nick} says: {text}")
        except OSError:
            pass
        finally:
            with self.lock:
                self.room.pop(self, None)
            for user in self.others():
                user.send(f"<-- {self.nick}")
            self.sock.close()


server = socket.create_server(("127.0.0.1", 9210))
while True:
    conn, _ = server.accept()
    Telnet(conn).start()
