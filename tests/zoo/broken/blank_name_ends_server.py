"""Of what a newcomer answers the first word is his name; where there is none, the server ends with an IndexError.
caught-by: leave-mid-handshake
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import select
import socket

server = socket.create_server(("127.0.0.1", 9232))
rests = {}
names = {}


def relay(line, author):
    for conn in list(names):
        if conn is not author:
            try:
                conn.send(f"{names[author]}: {line}\n".encode(), socket.MSG_DONTWAIT)
            except OSError:
                pass


def hear(conn):
    try:
        data = conn.recv(4096)
    except OSError:
        data = b""
    if not data:
        rests.pop(conn)
        names.pop(conn, None)
        conn.close()
        return
    *lines, rests[conn] = (rests[conn] + data).split(b"\n")
    for line in lines:
        text = line.decode("utf-8", "replace").strip()
        if conn in names:
            relay(text, conn)
        else:
            names[conn] = text.split()[0]


while True:
    ready, _, _ = select.select([server, *rests], [], [])
    for source in ready:
        if source is server:
            newcomer, _ = server.accept()
            rests[newcomer] = b""
        elif source in rests:
            hear(source)
