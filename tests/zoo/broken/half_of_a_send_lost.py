"""One thread, select, sockets that never block; how much of a line send() took is nobody's business, and the rest of it is lost.
caught-by: slow-reader
variant: multi-user
speaks: named_by=first-message author=server framing=lines echo=true
"""
import select
import socket

server = socket.create_server(("127.0.0.1", 9401))
names = {}
begun = {}


def hear(conn):
    try:
        data = conn.recv(4096)
    except OSError:
        data = b""
    if not data:
        names.pop(conn, None)
        del begun[conn]
        conn.close()
        return
    *lines, begun[conn] = (begun[conn] + data).split(b"\n")
    for line in lines:
        if conn in names:
            tell_all(b"<" + names[conn] + b"> " + line + b"\n")
        else:
            names[conn] = line


def tell_all(line):
    for conn in names:
        try:
            conn.send(line)
        except OSError:
            pass   # no room for him now, or he is about to leave


while True:
    for conn in select.select([server, *begun], [], [])[0]:
        if conn is server:
            guest, _ = server.accept()
            guest.setblocking(False)
            begun[guest] = b""
        elif conn in begun:
            hear(conn)
