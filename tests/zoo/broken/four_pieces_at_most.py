"""Puts a line together from four recv at most; what comes in more pieces is thrown away.
caught-by: dripped-message
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

HOST, PORT = "127.0.0.1", 9101
clients = {}
lock = threading.Lock()


def read_line(conn):
    data = b""
    for _ in range(4):   # больше четырёх кусков не бывает
        piece = conn.recv(4096)
        if not piece:
            return None
        data += piece
        if data.endswith(b"\n"):
            return data
    return b""


def broadcast(author, line):
    with lock:
        for conn in clients:
            if conn is not author:
                try:
                    conn.send(line, socket.MSG_DONTWAIT)
                except OSError:
                    pass


def handle(conn):
    try:
        name = read_line(conn)
        while name == b"":
            name = read_line(conn)
        if name is None:
            return
        with lock:
            clients[conn] = name.strip()
        while True:
            data = read_line(conn)
            if data is None:
                break
            for line in data.splitlines():
                broadcast(conn, clients[conn] + b": " + line + b"\n")
    except OSError:
        pass
    finally:
        with lock:
            clients.pop(conn, None)
        conn.close()


server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind((HOST, PORT))
server.listen()
while True:
    conn, addr = server.accept()
    threading.Thread(target=handle, args=(conn,), daemon=True).start()
