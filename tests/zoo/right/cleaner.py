"""Who has left is only noted down; a thread of its own closes their sockets twice a second.
variant: multi-user
model: threads
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading
import time

present, gone = [], []
lock = threading.Lock()


def clean():
    while True:
        time.sleep(0.5)
        with lock:
            leaving, gone[:] = gone[:], []
        for conn in leaving:
            conn.close()


def listen_to(conn):
    try:
        while data := conn.recv(8192):
            with lock:
                others = [one for one in present if one is not conn]
            for other in others:
                try:
                    other.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    pass
    except OSError:
        pass
    with lock:
        present.remove(conn)
        gone.append(conn)


threading.Thread(target=clean, daemon=True).start()
server = socket.create_server(("127.0.0.1", 9304))
while True:
    conn, _ = server.accept()
    with lock:
        present.append(conn)
    threading.Thread(target=listen_to, args=(conn,), daemon=True).start()
