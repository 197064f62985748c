"""Every message carries its running number before the name.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
"""
import itertools
import socket
import threading

counter = itertools.count(1)
users = {}
lock = threading.Lock()


def publish(author, text):
    with lock:
        line = f"#{next(counter)} {users[author]}: {text}\n".encode()
        for conn in users:
            if conn is not author:
                try:
                    conn.send(line, socket.MSG_DONTWAIT)
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
