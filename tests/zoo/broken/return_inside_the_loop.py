"""A return slipped into the loop: only the first of the others hears.
caught-by: three-users-hear
may-also-fail: late-joiner-hears, silent-newcomer, leave-quietly, leave-abruptly, invalid-bytes
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading

clients = []
lock = threading.Lock()


def tell(others, data):
    for other in others:
        try:
            other.sendall(data)
        except OSError:
            pass
        return


def relay(conn):
    try:
        while data := conn.recv(1024):
            with lock:
                others = [c for c in clients if c is not conn]
            tell(others, data)
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
