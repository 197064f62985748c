"""Listens on 127.0.0.2 only.
variant: multi-user
model: threads
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading

clients = []
lock = threading.Lock()


def relay(conn):
    try:
        while data := conn.recv(1024):
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


server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.2", 9015))
server.listen()
while True:
    conn, address = server.accept()
    with lock:
        clients.append(conn)
    threading.Thread(target=relay, args=(conn,), daemon=True).start()
