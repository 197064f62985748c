"""Reads one byte at a time until the newline; an empty line is answered with a hint and passed on to nobody.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

talkers = {}
lock = threading.Lock()


def read_line(conn):
    line = b""
    while not line.endswith(b"\n"):
        byte = conn.recv(1)
        if not byte:
            raise ConnectionError
        line += byte
    return line.strip()


def serve(conn):
    try:
        name = read_line(conn)
        with lock:
            talkers[conn] = name
        while True:
            text = read_line(conn)
            if not text:
                conn.sendall("Вы ничего не написали.\n".encode())
                continue
            with lock:
                for other in talkers:
                    if other is not conn:
                        try:
                            other.send(b"[" + name + b"] " + text + b"\n", socket.MSG_DONTWAIT)
                        except OSError:
                            pass
    except OSError:
        pass
    finally:
        with lock:
            talkers.pop(conn, None)
        conn.close()


server = socket.create_server(("127.0.0.1", 9111))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
