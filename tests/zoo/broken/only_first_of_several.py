"""Of several messages in one recv only the first is passed on; each ends with a zero byte.
caught-by: glued-messages
may-also-fail: order-kept
variant: multi-user
speaks: named_by=first-message author=server framing=nul
"""
import select
import socket

END = b"\0"
server = socket.create_server(("127.0.0.1", 9314))
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
            try:
                other.send(names[conn] + b": " + data + END, socket.MSG_DONTWAIT)
            except OSError:
                pass   # whoever is gone is dropped when his own turn comes


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
        for one in whole[:1]:
            message(sock, one)
