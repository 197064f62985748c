"""The server is right; its client sends what stands before the first blank, and throws the rest away.
caught-by: own-clients-chat
variant: multi-user
"""
import select
import socket

door = socket.create_server(("127.0.0.1", 9240))
names, rests = {}, {}


def leave(conn):
    names.pop(conn, None)
    del rests[conn]
    conn.close()


def take(conn):
    try:
        data = conn.recv(4096)
    except OSError:
        data = b""
    if not data:
        leave(conn)
        return
    *lines, rests[conn] = (rests[conn] + data).split(b"\n")
    for line in lines:
        if conn not in names:
            names[conn] = line.strip()
            continue
        for other in names:
            if other is not conn:
                try:
                    other.send(names[conn] + b" > " + line.strip() + b"\n", socket.MSG_DONTWAIT)
                except OSError:
                    pass


while True:
    for ready in select.select([door, *rests], [], [])[0]:
        if ready is door:
            rests[door.accept()[0]] = b""
        elif ready in rests:
            take(ready)
