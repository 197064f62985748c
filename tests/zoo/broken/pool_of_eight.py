"""A pool of eight threads, one for each guest: the ninth is let in and never listened to.
caught-by: thirty-users-hear
may-also-fail: gone-are-forgotten
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import os
import signal
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

names = {}
lock = threading.Lock()


def chat_with(conn):
    stream = conn.makefile("rb")
    try:
        name = stream.readline().decode("utf-8", "replace").strip()
        if not name:
            return
        with lock:
            names[conn] = name
        for line in stream:
            with lock:
                others = [c for c in names if c is not conn]
            for other in others:
                try:
                    other.send(f"{name}: ".encode() + line, socket.MSG_DONTWAIT)
                except OSError:
                    pass
    except OSError:
        pass
    finally:
        with lock:
            names.pop(conn, None)
        stream.close()
        conn.close()


signal.signal(signal.SIGINT, lambda *_: os._exit(0))   # the pool would wait for everybody
server = socket.create_server(("127.0.0.1", 9202))
pool = ThreadPoolExecutor(8)
while True:
    conn, _ = server.accept()
    pool.submit(chat_with, conn)
