"""The client wants its port under a name that nobody can guess, and takes anything else for the usual one, where nobody listens.
variant: multi-user
model: select
speaks: named_by=nobody author=client framing=none
"""
import select
import socket

door = socket.create_server(("127.0.0.1", 9243))
seats = set()


def read(conn):
    try:
        return conn.recv(4096)
    except OSError:
        return b""


while True:
    ready, _, _ = select.select([door, *seats], [], [])
    for one in ready:
        if one is door:
            seats.add(door.accept()[0])
        elif data := read(one):
            for other in seats - {one}:
                try:
                    other.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    pass
        else:
            seats.discard(one)
            one.close()
