"""Meant for many, but one thread waits for each guest in turn: nobody is heard before his turn.
caught-by: concurrency-model
may-also-fail: three-users-hear, late-joiner-hears, all-speak-at-once, thirty-users-hear, silent-newcomer, silent-user, slow-reader, rejoin
variant: multi-user
speaks: named_by=nobody author=client framing=lines turns=alternate
"""
import socket

server = socket.create_server(("127.0.0.1", 9110))
guests = []


def newcomers():
    """Let in one of those at the door; wait only while there are not even two."""
    while True:
        server.setblocking(len(guests) < 2)
        try:
            conn, _ = server.accept()
        except BlockingIOError:
            return
        conn.setblocking(True)
        guests.append((conn, conn.makefile("rb")))
        if len(guests) >= 2:
            return


while True:
    newcomers()
    for guest in guests[:]:
        conn, lines = guest
        try:
            line = lines.readline()
        except OSError:
            line = b""
        if not line:
            guests.remove(guest)
            lines.close()
            conn.close()
            continue
        for other, _ in guests:
            if other is not conn:
                try:
                    other.sendall(line)
                except OSError:
                    pass
