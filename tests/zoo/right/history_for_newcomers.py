"""Shows a newcomer the last ten messages, his own notice apart.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
"""
import collections
import socket
import threading

users = {}
history = collections.deque(maxlen=10)
lock = threading.Lock()


def post(author, text):
    with lock:
        line = f"{users[author]}: {text}\n".encode()
        history.append(line)
        for conn in users:
            if conn is not author:
                try:
                    conn.send(line, socket.MSG_DONTWAIT)
                except OSError:
                    pass


def serve(conn):
    lines = conn.makefile("rb")
    try:
        conn.sendall("Представьтесь:\n".encode())
        name = lines.readline().decode("utf-8", "replace").strip()
        if not name:
            return
        with lock:
            users[conn] = name
            conn.send(b"".join(history), socket.MSG_DONTWAIT)
        for line in lines:
            post(conn, line.decode("utf-8", "replace").rstrip())
    except OSError:
        pass
    finally:
        with lock:
            users.pop(conn, None)
        lines.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9110))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
