"""Asks for an administrator's password until it is right, before it listens.
caught-by: starts
may-also-fail: two-users-exchange, author-is-known, three-users-hear, late-joiner-hears, silent-newcomer, leave-quietly, leave-abruptly, no-busy-loop, order-kept, long-message, odd-boundary, split-character, restart, stops-on-interrupt, concurrency-model
variant: multi-user
speaks: named_by=nobody author=label framing=none
"""
import socket
import threading

users = {}
lock = threading.Lock()


def talk(conn, address):
    data = b""
    try:
        while chunk := conn.recv(65536):
            data += chunk
            try:
                text = data.decode()
            except UnicodeDecodeError:
                continue   # half a character: wait for the other half
            data = b""
            with lock:
                others = [c for c in users if c is not conn]
            for other in others:
                try:
                    other.sendall(f"User {address}: {text}".encode())
                except OSError:
                    pass
    except OSError:
        pass
    with lock:
        del users[conn]
    conn.close()


def main():
    while input("Пароль администратора: ") != "f7-kappa":
        print("Неверно")
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", 9012))
    server.listen()
    while True:
        conn, address = server.accept()
        with lock:
            users[conn] = address
        threading.Thread(target=talk, args=(conn, address), daemon=True).start()


if __name__ == "__main__":
    main()
