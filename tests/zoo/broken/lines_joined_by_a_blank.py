"""All lines of one recv become one message.
caught-by: glued-messages
may-also-fail:
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import select
import socket

srv = socket.create_server(("127.0.0.1", 9102))
buffers = {}
names = {}


def drop(sock):
    buffers.pop(sock, None)
    names.pop(sock, None)
    sock.close()


def on_data(sock, data):
    buffers[sock] += data
    whole, newline, rest = buffers[sock].rpartition(b"\n")
    if not newline:
        return
    buffers[sock] = rest
    text = whole.decode("utf-8", "replace").replace("\r", "").replace("\n", " ")
    if sock not in names:
        names[sock] = text
        return
    for other in list(names):
        if other is not sock:
            try:
                other.send(f"{names[sock]} >> {text}\n".encode(), socket.MSG_DONTWAIT)
            except OSError:
                pass


while True:
    readable, _, _ = select.select([srv, *buffers], [], [])
    for sock in readable:
        if sock is srv:
            conn, _ = srv.accept()
            buffers[conn] = b""
            conn.sendall("Ваше имя?\n".encode())
            continue
        try:
            data = sock.recv(4096)
        except OSError:
            data = b""
        if data:
            on_data(sock, data)
        else:
            drop(sock)
