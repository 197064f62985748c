"""A chat for two that lives through a leave but crashes on a reset.
caught-by: leave-abruptly
may-also-fail:
variant: two-user
speaks: named_by=first-message author=server framing=lines turns=alternate
"""
import socket


class Seat:
    def __init__(self, conn):
        self.conn = conn
        self.lines = conn.makefile("rb")
        self.name = self.read().decode("utf-8", "replace").strip()

    def read(self):
        return self.lines.readline()

    def write(self, data):
        try:
            self.conn.sendall(data)
        except OSError:
            pass   # gone; noticed when it is that seat's turn

    def close(self):
        self.lines.close()
        self.conn.close()


server = socket.create_server(("127.0.0.1", 9028))
seats = []
while True:
    while len(seats) < 2:
        seat = Seat(server.accept()[0])
        if seat.name:
            seats.append(seat)
        else:
            seat.close()
    speaker, listener = seats
    line = speaker.read()
    if line:
        listener.write(speaker.name.encode() + b": " + line)
        seats = [listener, speaker]
    else:
        speaker.close()
        seats = [listener]
