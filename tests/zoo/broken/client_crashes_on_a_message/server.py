"""The server is right; its client cannot take apart a text without a colon, and ends.
caught-by: own-clients-chat
variant: multi-user
"""
import socket
import threading

ADDRESS = ("127.0.0.1", 9206)
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
