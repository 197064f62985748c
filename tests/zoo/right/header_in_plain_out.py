"""Reads a header of 64 characters with the length before each message, and sends bare text.
variant: multi-user
model: threads
speaks: named_by=nobody author=label framing=length-decimal-64
"""
import socket
import threading

HEADER = 64
FORMAT = "utf-8"
clients = []
lock = threading.Lock()


def recv_all(conn, size):
    data = b""
    while len(data) < size:
        part = conn.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def handle_client(conn, addr):
    with lock:
        clients.append(conn)
    try:
        while True:
            msg_length = int(recv_all(conn, HEADER).decode(FORMAT))
            msg = recv_all(conn, msg_length).decode(FORMAT, "replace")
            with lock:
                for other in clients:
                    if other is not conn:
                        try:
                            other.send(f"[{addr[1]}] {msg}".encode(FORMAT), socket.MSG_DONTWAIT)
                        except OSError:
                            pass
    except (OSError, EOFError, ValueError):
        pass
    finally:
        with lock:
            clients.remove(conn)
        conn.close()


server = socket.create_server(("127.0.0.1", 9218))
while True:
    conn, addr = server.accept()
    threading.Thread(target=handle_client, args=(conn, addr), daemon=True).start()
