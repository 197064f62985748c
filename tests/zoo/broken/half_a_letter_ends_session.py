"""Decodes whatever one recv brings: half a letter ends its author's session.
caught-by: split-character
may-also-fail: slow-reader
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import socket
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

room, lock = [], Lock()


def attend(conn):
    try:
        while True:
            data = conn.recv(8192)
            if not data:
                return
            text = data.decode("utf-8")
            with lock:
                listeners = [c for c in room if c != conn]
            for c in listeners:
                try:
                    c.sendall(text.encode("utf-8"))
                except OSError:
                    pass
    except (OSError, UnicodeDecodeError) as error:
        print(error)
    finally:
        with lock:
            room.remove(conn)
        conn.close()


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 9005))
server.listen(64)
with ThreadPoolExecutor(max_workers=64) as pool:
    try:
        while True:
            conn, address = server.accept()
            with lock:
                room.append(conn)
            pool.submit(attend, conn)
    except KeyboardInterrupt:
        with lock:
            for conn in room:
                conn.shutdown(socket.SHUT_RDWR)   # wakes every thread of the pool
