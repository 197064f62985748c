"""There is no port 90070: bind raises OverflowError.
caught-by: starts
may-also-fail: two-users-exchange, author-is-known, three-users-hear, late-joiner-hears, silent-newcomer, leave-quietly, leave-abruptly, no-busy-loop, order-kept, long-message, odd-boundary, split-character, restart, stops-on-interrupt, concurrency-model
variant: multi-user
speaks: named_by=nobody author=client framing=none slow=0.1
"""
import queue
import socket
import threading
import time

clients = []
inbox = queue.Queue()
lock = threading.Lock()


def collect(conn):
    try:
        while data := conn.recv(4096):
            inbox.put((conn, data))
    except OSError:
        pass
    with lock:
        clients.remove(conn)
    conn.close()


def ticker():
    while True:
        time.sleep(0.1)
        while not inbox.empty():
            author, data = inbox.get()
            with lock:
                others = [c for c in clients if c is not author]
            for other in others:
                try:
                    other.sendall(data)
                except OSError:
                    pass


server = socket.create_server(("127.0.0.1", 90070))
threading.Thread(target=ticker, daemon=True).start()
while True:
    conn, _ = server.accept()
    with lock:
        clients.append(conn)
    threading.Thread(target=collect, args=(conn,), daemon=True).start()
