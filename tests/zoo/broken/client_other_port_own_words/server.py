"""The server is right; its client goes to another port, and says in its own words that nobody is there.
caught-by: own-clients-chat
variant: multi-user
"""
import select
import socket

door = socket.create_server(("127.0.0.1", 9239))
room = {}
poller = select.poll()
poller.register(door, select.POLLIN)


def hear(conn):
    try:
        return conn.recv(8192)
    except OSError:
        return b""


def leave(conn):
    poller.unregister(conn)
    del room[conn.fileno()]
    conn.close()


while True:
    for fd, _ in poller.poll():
        if fd == door.fileno():
            conn, _ = door.accept()
            room[conn.fileno()] = conn
            poller.register(conn, select.POLLIN)
        elif data := hear(room[fd]):
            for other in room.values():
                if other.fileno() != fd:
                    try:
                        other.send(data, socket.MSG_DONTWAIT)
                    except OSError:
                        pass
        else:
            leave(room[fd])
