"""Holds the lock that everybody needs while it waits for the newcomer's name.
caught-by: silent-newcomer
may-also-fail: slow-reader
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading

online = {}
lock = threading.Lock()


def login(conn, lines):
    conn.sendall(b"Enter your name: ")
    while True:
        with lock:
            line = lines.readline()
            if not line:
                return None
            name = line.decode("utf-8", "replace").strip()
            if name and name not in online:
                online[name] = conn
                return name
        conn.sendall(b"Name already in use. Enter another name: ")


def serve(conn):
    lines = conn.makefile("rb")
    name = None
    try:
        name = login(conn, lines)
        if name is None:
            return
        for line in lines:
            with lock:
                others = [c for n, c in online.items() if n != name]
            for other in others:
                try:
                    other.sendall(name.encode() + b" > " + line)
                except OSError:
                    pass
    except OSError:
        pass
    finally:
        if name is not None:
            with lock:
                del online[name]
        lines.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9025))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
