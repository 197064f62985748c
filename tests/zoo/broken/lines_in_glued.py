"""Waits until what has come ends with a newline, and takes it all for one message, however many lines it is.
caught-by: glued-messages
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines-in
"""
import socket
import threading

people = {}
lock = threading.Lock()


def read_message(conn):
    data = b""
    while not data.endswith(b"\n"):
        part = conn.recv(65536)
        if not part:
            raise EOFError
        data += part
    return data.decode("utf-8", "replace").strip()


def serve(conn):
    try:
        nick = read_message(conn)
        with lock:
            people[conn] = nick
        while True:
            text = read_message(conn)
            with lock:
                others = [c for c in people if c is not conn]
            for other in others:
                try:
                    other.send(f"{nick}: {text}".encode(), socket.MSG_DONTWAIT)
                except OSError:
                    pass
    except (EOFError, OSError):
        pass
    finally:
        with lock:
            people.pop(conn, None)
        conn.close()


server = socket.create_server(("127.0.0.1", 9393))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
