"""Remembers only the ten who came last: the first of thirty hear nothing any more.
caught-by: thirty-users-hear
may-also-fail: gone-are-forgotten
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading
from collections import deque

clients = deque(maxlen=10)
lock = threading.Lock()


def talk(conn):
    try:
        while data := conn.recv(4096):
            with lock:
                others = [c for c in clients if c is not conn]
            for other in others:
                try:
                    other.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    pass
    except OSError:
        pass
    with lock:
        if conn in clients:
            clients.remove(conn)
    conn.close()


with socket.create_server(("127.0.0.1", 9203)) as server:
    while True:
        conn, _ = server.accept()
        with lock:
            clients.append(conn)
        threading.Thread(target=talk, args=(conn,), daemon=True).start()
