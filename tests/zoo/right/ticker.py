"""Forwards what came in a ticker, ten times a second.
variant: multi-user
model: threads
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
                    other.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    pass


server = socket.create_server(("127.0.0.1", 9007))
threading.Thread(target=ticker, daemon=True).start()
while True:
    conn, _ = server.accept()
    with lock:
        clients.append(conn)
    threading.Thread(target=collect, args=(conn,), daemon=True).start()
