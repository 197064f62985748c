"""A zero byte ends each message, both ways.
variant: multi-user
model: select
speaks: named_by=first-message author=server framing=nul
"""
import select
import socket

END = b"\0"
server = socket.create_server(("127.0.0.1", 9214))
buffers, names = {}, {}


def drop(conn):
    buffers.pop(conn, None)
    names.pop(conn, None)
    conn.close()


def message(conn, data):
    if conn not in names:
        names[conn] = data
        return
    for other in list(names):
        if other is not conn:
            whole = names[conn] + b": " + data + END
            try:
                sent = other.send(whole, socket.MSG_DONTWAIT)
            except OSError:
                sent = 0
            if sent < len(whole):
                drop(other)


while True:
    ready, _, _ = select.select([server, *buffers], [], [])
    for sock in ready:
        if sock is server:
            conn, _ = server.accept()
            buffers[conn] = b""
            continue
        if sock not in buffers:
            continue
        try:
            data = sock.recv(2048)
        except OSError:
            data = b""
        if not data:
            drop(sock)
            continue
        *whole, buffers[sock] = (buffers[sock] + data).split(END)
        for one in whole:
            message(sock, one)
