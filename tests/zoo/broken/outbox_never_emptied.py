"""What does not go out at once is kept for its reader, and goes out when somebody speaks: nobody asks select whether he has room again.
caught-by: slow-reader
variant: multi-user
speaks: named_by=nobody author=client framing=lines
"""
import select
import socket


class Guest:
    def __init__(self, conn):
        conn.setblocking(False)
        self.conn = conn
        self.begun = b""
        self.outbox = b""

    def fileno(self):
        return self.conn.fileno()

    def lines(self):
        """Those that are whole by now; None when he has left."""
        try:
            data = self.conn.recv(4096)
        except OSError:
            return None
        *lines, self.begun = (self.begun + data).split(b"\n")
        return lines if data else None

    def tell(self, line):
        self.outbox += line   # behind what waits already
        try:
            self.outbox = self.outbox[self.conn.send(self.outbox):]
        except OSError:
            pass


server = socket.create_server(("127.0.0.1", 9402))
guests = []
while True:
    ready, _, _ = select.select([server, *guests], [], [])
    for one in ready:
        if one is server:
            guests.append(Guest(server.accept()[0]))
            continue
        lines = one.lines()
        if lines is None:
            guests.remove(one)
            one.conn.close()
            continue
        for line in lines:
            for guest in guests:
                if guest is not one:
                    guest.tell(line + b"\n")
