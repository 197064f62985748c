"""Does not set SO_REUSEADDR: the port stays taken for a minute.
caught-by: restart
may-also-fail: slow-reader
variant: multi-user
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
                    other.sendall(data)
                except OSError:
                    pass
    except OSError:
        pass
    with lock:
        clients.remove(conn)
    conn.close()


server = socket.socket()
server.bind(("localhost", 9000))
server.listen()
while True:
    conn, address = server.accept()
    with lock:
        clients.append(conn)
    threading.Thread(target=relay, args=(conn,), daemon=True).start()
