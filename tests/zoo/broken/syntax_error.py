"""A colon is missing: the file is not Python.
caught-by: starts
may-also-fail: two-users-exchange, author-is-known, three-users-hear, late-joiner-hears, silent-newcomer, leave-quietly, leave-abruptly, no-busy-loop, order-kept, long-message, odd-boundary, split-character, restart, stops-on-interrupt, concurrency-model, uses-socket
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading

clients = []
lock = threading.Lock()


def relay(conn)
    try:
        while data := conn.recv(1024):
            with lock:
                others = [c for c in clients if c is not conn]
            for other in others:
                try:
                    other.sendall(data)
                except OSError:
                    pass
    except OSError:
        pass
    with lock:
        clients.remove(conn)
    conn.close()


server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("localhost", 9000))
server.listen()
while True:
    conn, address = server.accept()
    with lock:
        clients.append(conn)
    threading.Thread(target=relay, args=(conn,), daemon=True).start()
