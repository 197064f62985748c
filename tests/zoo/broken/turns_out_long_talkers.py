"""Whoever says more than 2500 bytes at once is thrown out.
caught-by: long-message
may-also-fail: slow-reader
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

present = {}
lock = threading.Lock()


def one_user(conn):
    stream = conn.makefile("rwb")
    name = ""
    try:
        name = stream.readline().decode("utf-8", "replace").strip()
        with lock:
            present[conn] = name
        while line := stream.readline(2500):
            if not line.endswith(b"\n"):
                conn.sendall("Слишком длинно!\n".encode())
                break
            with lock:
                targets = [c for c in present if c is not conn]
            for target in targets:
                try:
                    target.sendall(name.encode() + b": " + line)
                except OSError:
                    pass
    except OSError:
        pass
    with lock:
        present.pop(conn, None)
    try:
        stream.close()
    except OSError:
        pass
    conn.close()


server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 0))
server.listen()
print("port:", server.getsockname()[1], flush=True)
while True:
    conn, _ = server.accept()
    threading.Thread(target=one_user, args=(conn,), daemon=True).start()
