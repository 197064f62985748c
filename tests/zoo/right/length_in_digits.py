"""A header of ten characters with the length in digits before each message.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=length-decimal-10
"""
import socket
import threading

HEADER = 10
online = {}
lock = threading.Lock()


def pack(text):
    data = text.encode("utf-8")
    return f"{len(data):<{HEADER}}".encode() + data


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
                        if other.send(packed, socket.MSG_DONTWAIT) < len(packed):
                            other.shutdown(socket.SHUT_RDWR)   # half of it would spoil all that follows
                    except OSError:
                        pass
    except (OSError, EOFError, ValueError):
        pass
    finally:
        with lock:
            online.pop(conn, None)
        conn.close()


server = socket.create_server(("127.0.0.1", 9207))
while True:
    conn, _ = server.accept()
    threading.Thread(target=chatting, args=(conn,), daemon=True).start()
