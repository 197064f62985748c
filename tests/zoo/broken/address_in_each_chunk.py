"""Reads 1024 bytes at a time and puts the address before every piece.
caught-by: long-message
may-also-fail: slow-reader
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
        while chunk := conn.recv(1024):
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
