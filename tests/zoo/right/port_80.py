"""Listens on the privileged port 80.
variant: multi-user
model: threads
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
                    other.send(f"User {address}: {text}".encode(), socket.MSG_DONTWAIT)
                except OSError:
                    pass
    except OSError:
        pass
    with lock:
        del users[conn]
    conn.close()


def main():
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", 80))
    server.listen()
    while True:
        conn, address = server.accept()
        with lock:
            users[conn] = address
        threading.Thread(target=talk, args=(conn, address), daemon=True).start()


if __name__ == "__main__":
    main()
