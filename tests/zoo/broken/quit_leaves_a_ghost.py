"""Who says the word is hung up on, but stays in the list: sending to his closed socket ends the speaker's thread.
caught-by: quit-word
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines quit=exit
"""
import socket
import threading

users = {}
lock = threading.Lock()


def leave(conn):
    with lock:
        users.pop(conn, None)
    conn.close()


def serve(conn):
    pending = b""
    while True:
        try:
            data = conn.recv(4096)
        except OSError:
            data = b""
        if not data:
            return leave(conn)
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            if conn not in users:
                with lock:
                    users[conn] = line
            elif line == b"exit":
                conn.close()
                return
            else:
                spread(conn, users[conn] + b": " + line + b"\n")


def spread(author, data):
    with lock:
        others = [conn for conn in users if conn is not author]
    for conn in others:
        try:
            conn.send(data, socket.MSG_DONTWAIT)
        except (BlockingIOError, ConnectionError):
            pass


server = socket.create_server(("127.0.0.1", 9215))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
