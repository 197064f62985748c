"""Thinks for a second before it listens.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading
import time

users = {}
lock = threading.Lock()


def session(conn):
    name = None
    reader = conn.makefile("rb")
    try:
        name = reader.readline().decode("utf-8", "replace").strip()
        with lock:
            users[conn] = name
        for line in reader:
            text = line.decode("utf-8", "replace").rstrip("\n")
            with lock:
                others = [c for c in users if c is not conn]
            for other in others:
                try:
                    other.send(f"{name} > {text}\n".encode(), socket.MSG_DONTWAIT)
                except OSError:
                    pass
    except OSError:
        pass
    finally:
        with lock:
            users.pop(conn, None)
        reader.close()
        conn.close()


print("loading...")
time.sleep(1)
server = socket.create_server(("127.0.0.1", 9006))
print("ready")
while True:
    conn, _ = server.accept()
    threading.Thread(target=session, args=(conn,), daemon=True).start()
