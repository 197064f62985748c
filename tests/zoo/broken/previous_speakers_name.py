"""The label is updated after the message is sent: it names the one who spoke before.
caught-by: author-is-known
may-also-fail: slow-reader, names-kept, random-conversations
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import itertools
import socket
import threading

counter = itertools.count(1)
users = {}
speaker = [None]
lock = threading.Lock()


def publish(author, text):
    with lock:
        label = users.get(speaker[0], users[author])
        speaker[0] = author
        line = f"#{next(counter)} {label}: {text}\n".encode()
        for conn in users:
            if conn is not author:
                try:
                    conn.sendall(line)
                except OSError:
                    pass


def serve(conn):
    lines = conn.makefile("rb")
    try:
        conn.sendall(b"NICKNAME\n")
        name = lines.readline().decode("utf-8", "replace").strip()
        with lock:
            users[conn] = name
        for line in lines:
            publish(conn, line.decode("utf-8", "replace").strip())
    except OSError:
        pass
    with lock:
        users.pop(conn, None)
    lines.close()
    conn.close()


server = socket.create_server(("127.0.0.1", 9013))
while True:
    connection, _ = server.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
