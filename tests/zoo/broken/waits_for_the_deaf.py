"""select, but sendall: as soon as one guest's buffer is full the only thread waits for him.
caught-by: slow-reader
may-also-fail:
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import select
import socket

server = socket.create_server(("127.0.0.1", 9205))
names, pending = {}, {}


def tell(conn, text):
    try:
        conn.sendall(text.encode() + b"\n")
    except OSError:
        pass


def hear(conn, text):
    if names[conn] is None:
        names[conn] = text
        return
    for other, name in names.items():
        if other is not conn and name is not None:
            tell(other, f"{names[conn]}: {text}")


def forget(conn):
    del names[conn], pending[conn]
    conn.close()


while True:
    for sock in select.select([server, *names], [], [])[0]:
        if sock is server:
            conn, _ = server.accept()
            names[conn], pending[conn] = None, b""
            tell(conn, "Ваше имя?")
            continue
        try:
            data = sock.recv(4096)
        except OSError:
            data = b""
        if not data:
            forget(sock)
            continue
        *lines, pending[sock] = (pending[sock] + data).split(b"\n")
        for line in lines:
            hear(sock, line.decode("utf-8", "replace").strip())
