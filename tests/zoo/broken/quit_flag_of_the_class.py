"""The quit word sets the flag in the class, and so everybody, having spoken once more, is out.
caught-by: quit-word
may-also-fail:
variant: multi-user
speaks: named_by=prompt author=server framing=lines quit=/quit
"""

import socket
import threading
import collections


class Client(threading.Thread):
    """Один участник чата - один поток (+ поток на отправку)"""
    everybody = []
    lock = threading.Lock()
    working = True

    def __init__(self, sock, address):
        super().__init__(daemon=True)
        self.sock = sock
        self.address = address
        self.nick = None
        self.pending = collections.deque()
        self.have = threading.Condition()
        self.gone = False

    def send(self, text):
        with self.have:
            self.pending.append(text)
            self.have.notify()

    def sender(self):
        while True:
            with self.have:
                while not self.pending and not self.gone:
                    self.have.wait()
                if self.gone:
                    return
                text = self.pending.popleft()
            try:
                self.sock.sendall(text.encode("utf-8"))
            except OSError:
                return

    def run(self):
        threading.Thread(target=self.sender, daemon=True).start()
        self.send("Ник? (выход - /quit)\n")
        stream = self.sock.makefile("rb")
        try:
            self.nick = stream.readline().decode("utf-8", "replace").strip()
            if self.nick:
                with Client.lock:
                    Client.everybody.append(self)
                while Client.working:
                    raw = stream.readline()
                    if not raw:
                        break
                    self.command(raw.decode("utf-8", "replace").rstrip("\r\n"))
        except OSError:
            pass
        self.finish(stream)

    def command(self, text):
        if text == "/quit":
            Client.working = False
        elif text:
            with Client.lock:
                for c in Client.everybody:
                    if c is not self:
                        c.send(self.nick + " -> " + text + "\n")

    def finish(self, stream):
        with Client.lock:
            if self in Client.everybody:
                Client.everybody.remove(self)
        with self.have:
            self.gone = True
            self.have.notify()
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        stream.close()
        self.sock.close()


def main():
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 9414))
        server.listen(50)
        while True:
            Client(*server.accept()).start()


if __name__ == "__main__":
    main()
