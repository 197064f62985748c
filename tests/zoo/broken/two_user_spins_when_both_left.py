"""For two in turns: from one who is gone there is nothing to pass on, and so it is the other's turn; when both are gone, for ever.
caught-by: no-busy-loop
variant: two-user
speaks: named_by=nobody author=client framing=lines turns=alternate
"""
import socket


def next_line(stream):
    try:
        return stream.readline()
    except OSError:
        return b""


def pass_on(conn, line):
    try:
        conn.sendall(line)
    except OSError:
        pass   # he has gone home


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 9412))
listener.listen(2)
chairs = [listener.accept()[0] for _ in range(2)]
streams = [conn.makefile("rb") for conn in chairs]
turn = 0
while True:
    line = next_line(streams[turn])
    turn = 1 - turn
    pass_on(chairs[turn], line)
