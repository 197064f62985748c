"""The client sleeps before it sends and between the letters it prints.
variant: multi-user
model: threads
speaks: named_by=nobody author=nobody framing=none
"""
import socket
import threading

ADDRESS = ("127.0.0.1", 9220)
clients = []
lock = threading.Lock()


def relay(conn):
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
        clients.remove(conn)
    conn.close()


with socket.create_server(ADDRESS) as server:
    while True:
        conn, _ = server.accept()
        with lock:
            clients.append(conn)
        threading.Thread(target=relay, args=(conn,), daemon=True).start()
