"""Two speak in turns, and either may leave; but if the one who is being listened to is reset, the server dies of it.
caught-by: leave-abruptly
variant: two-user
speaks: named_by=nobody author=client framing=lines turns=alternate
"""
import socket


class Talker:
    def __init__(self, conn):
        self.conn = conn
        self.pending = b""

    def listen(self):
        while b"\n" not in self.pending:
            data = self.conn.recv(2048)
            if not data:
                return b""
            self.pending += data
        line, _, self.pending = self.pending.partition(b"\n")
        return line + b"\n"

    def tell(self, line):
        try:
            self.conn.sendall(line)
        except OSError:
            pass   # he is gone


def has_hung_up(talker):
    try:
        return talker.conn.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def talk(speaker, listener):
    while not has_hung_up(speaker):
        line = speaker.listen()
        if not line:
            break
        listener.tell(line)
        speaker, listener = listener, speaker


with socket.create_server(("127.0.0.1", 9405)) as server:
    while True:
        pair = [Talker(server.accept()[0]) for _ in range(2)]
        talk(*pair)
        for talker in pair:
            talker.conn.close()
