"""Puts the recipient's name before the text instead of the author's.
caught-by: author-is-known
may-also-fail: slow-reader, names-kept, random-conversations
variant: multi-user
speaks: named_by=prompt author=server framing=none
"""
import socket
import threading

names = {}
lock = threading.Lock()


def next_text(conn):
    """One message: one recv, or more while a character is still incomplete. None: gone."""
    data = b""
    while True:
        chunk = conn.recv(65536)
        if not chunk:
            return None
        data += chunk
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.reason != "unexpected end of data":
                return data.decode("utf-8", "replace")


def guest(conn):
    try:
        conn.sendall("Здравствуйте! Представьтесь, пожалуйста, и нажмите Enter: ".encode())
        name = next_text(conn)
        if name is None:
            return
        name = name.strip()
        with lock:
            names[conn] = name
        while (text := next_text(conn)) is not None:
            with lock:
                others = [c for c in names if c is not conn]
            for other in others:
                try:
                    other.sendall(f"{names[other]}: {text}".encode())
                except OSError:
                    pass
    except OSError:
        pass
    finally:
        with lock:
            names.pop(conn, None)
        conn.close()


server = socket.create_server(("localhost", 9009))
while True:
    conn, _ = server.accept()
    threading.Thread(target=guest, args=(conn,), daemon=True).start()
