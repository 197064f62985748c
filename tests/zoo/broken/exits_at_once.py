"""The accepting thread is a daemon and the main thread has nothing more to do: the program ends at once.
caught-by: starts
may-also-fail: two-users-exchange, author-is-known, three-users-hear, late-joiner-hears, silent-newcomer, leave-quietly, leave-abruptly, no-busy-loop, order-kept, long-message, odd-boundary, split-character, restart, stops-on-interrupt, concurrency-model
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading
import time

inside = []
mutex = threading.Lock()


def broadcast(data, author):
    with mutex:
        receivers = [s for s in inside if s is not author]
    for receiver in receivers:
        try:
            receiver.sendall(data)
        except OSError:
            pass


def client(sock):
    try:
        while True:
            data = sock.recv(1024)
            if not data:
                break
            broadcast(data, sock)
    except ConnectionResetError:
        print("reset")
    with mutex:
        inside.remove(sock)
    sock.close()


def doorman():
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("localhost", 9021))
    door.listen()
    while True:
        sock, _ = door.accept()
        with mutex:
            inside.append(sock)
        threading.Thread(target=client, args=(sock,), daemon=True).start()


threading.Thread(target=doorman, daemon=True).start()
print("server started")
