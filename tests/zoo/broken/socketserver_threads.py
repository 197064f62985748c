"""socketserver does the network's work.
caught-by: uses-socket
may-also-fail: slow-reader
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import socketserver
import threading

members, lock = [], threading.Lock()


class Member(socketserver.BaseRequestHandler):
    def setup(self):
        with lock:
            members.append(self)

    def handle(self):
        try:
            while data := self.request.recv(4096):
                with lock:
                    others = [m for m in members if m is not self]
                for other in others:
                    try:
                        other.request.sendall(data)
                    except OSError:
                        pass
        except OSError:
            pass

    def finish(self):
        with lock:
            members.remove(self)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server(("127.0.0.1", 9107), Member) as server:
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
