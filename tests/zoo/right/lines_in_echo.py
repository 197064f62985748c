"""Waits for the end of a line, and sends its text to everybody, the author too, with nothing before it and nothing after.
variant: multi-user
model: threads
speaks: named_by=nobody author=client framing=lines-in echo=true
"""
import socket
import threading

inside = []
lock = threading.Lock()


class Line(threading.Thread):
    def __init__(self, conn):
        super().__init__(daemon=True)
        self.conn = conn

    def lines(self):
        rest = b""
        while True:
            got = self.conn.recv(4096)
            if not got:
                return
            *whole, rest = (rest + got).split(b"\n")
            yield from whole

    def run(self):
        with lock:
            inside.append(self.conn)
        try:
            for line in self.lines():
                with lock:
                    for conn in inside:
                        try:
                            conn.send(line, socket.MSG_DONTWAIT)
                        except OSError:
                            pass
        except OSError:
            pass
        with lock:
            inside.remove(self.conn)
        self.conn.close()


server = socket.create_server(("127.0.0.1", 9392))
while True:
    Line(server.accept()[0]).start()
