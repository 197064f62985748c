import socket
from threading import Lock

from settings import PROMPT


class People:
    def __init__(self):
        self.names = {}
        self.lock = Lock()

    def welcome(self, connection):
        lines = connection.makefile("rb")
        try:
            connection.sendall(PROMPT.encode())
            name = lines.readline().decode("utf-8", "replace").strip()
            if not name:
                return
            with self.lock:
                self.names[connection] = name
            for line in lines:
                self.pass_on(connection, name.encode() + b": " + line)
        except OSError:
            pass
        finally:
            with self.lock:
                self.names.pop(connection, None)
            lines.close()
            connection.close()

    def pass_on(self, author, data):
        with self.lock:
            listeners = [c for c in self.names if c is not author]
        for listener in listeners:
            try:
                listener.send(data, socket.MSG_DONTWAIT)
            except OSError:
                pass
