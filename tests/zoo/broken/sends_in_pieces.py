"""Cuts what it sends into pieces of 1024 bytes and cleans each of them up on its own.
caught-by: odd-boundary
may-also-fail: slow-reader
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import itertools
import socket
import threading

counter = itertools.count(1)
users = {}
lock = threading.Lock()


def publish(author, text):
    with lock:
        raw = text.encode()
        pieces = [raw[i:i + 1024].decode(errors="ignore") for i in range(0, len(raw), 1024)]
        line = f"#{next(counter)} {users[author]}: {''.join(pieces)}\n".encode()
        for conn in users:
            if conn is not author:
                try:
                    conn.sendall(line)
                except OSError:
                    pass


def serve(conn):
    lines = conn.makefile("rb")
    try:
        conn.sendall(b"NICKNAME\n")
        name = lines.readline().decode("utf-8", "replace").strip()
        with lock:
            users[conn] = name
        for line in lines:
            publish(conn, line.decode("utf-8", "replace").strip())
    except OSError:
        pass
    with lock:
        users.pop(conn, None)
    lines.close()
    conn.close()


server = socket.create_server(("127.0.0.1", 9013))
while True:
    connection, _ = server.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
