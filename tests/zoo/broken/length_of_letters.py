"""The length before a message counts letters, where it should count bytes.
caught-by: two-users-exchange
may-also-fail: dripped-message, glued-messages
variant: multi-user
speaks: named_by=first-message author=server framing=length-decimal-10
"""
import socket
import threading

HEADER = 10
online = {}
lock = threading.Lock()


def pack(text):
    data = text.encode("utf-8")
    return f"{len(text):<{HEADER}}".encode() + data


def take(conn, size):
    got = b""
    while len(got) < size:
        piece = conn.recv(min(4096, size - len(got)))
        if not piece:
            raise EOFError
        got += piece
    return got


def take_message(conn):
    length = int(take(conn, HEADER).decode().strip())
    return take(conn, length).decode("utf-8", "replace")


def chatting(conn):
    try:
        name = take_message(conn)
        with lock:
            online[conn] = name
        while True:
            packed = pack(f"{name} > {take_message(conn)}")
            with lock:
                for other in [c for c in online if c is not conn]:
                    try:
                        other.sendall(packed)
                    except OSError:
                        pass
    except (OSError, EOFError, ValueError):
        pass
    finally:
        with lock:
            online.pop(conn, None)
        conn.close()


server = socket.create_server(("127.0.0.1", 9306))
while True:
    conn, _ = server.accept()
    threading.Thread(target=chatting, args=(conn,), daemon=True).start()
