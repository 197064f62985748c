"""accept() gives two values, three are taken: the server dies with the first guest.
caught-by: two-users-exchange
may-also-fail: starts, author-is-known, three-users-hear, late-joiner-hears, silent-newcomer, leave-quietly, leave-abruptly, no-busy-loop, order-kept, long-message, odd-boundary, split-character, restart, stops-on-interrupt, concurrency-model, leave-mid-handshake
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading

clients = []


def serve(conn):
    try:
        while data := conn.recv(1024):
            for other in list(clients):
                if other is not conn:
                    other.sendall(data)
    except OSError:
        pass
    clients.remove(conn)
    conn.close()


server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 9100))
server.listen()
while True:
    conn, host, port = server.accept()
    clients.append(conn)
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
