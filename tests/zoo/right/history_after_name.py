"""The first message is the name; the answer is all that was said before, with /end after it.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines echo=true
"""
import socket
import threading

history = []
users = {}
lock = threading.Lock()


def remember(line):
    history.append(line)
    del history[:-50]
    for user in users:
        try:
            user.send(line, socket.MSG_DONTWAIT)
        except OSError:
            pass


def client(conn):
    stream = conn.makefile("rb")
    try:
        name = stream.readline().decode("utf-8", "replace").strip()
        if not name:
            return
        with lock:
            conn.send(b"".join(history) + b"/end\n", socket.MSG_DONTWAIT)
            users[conn] = name
        for line in stream:
            with lock:
                remember(f"{name}: ".encode() + line)
    except OSError:
        pass
    finally:
        with lock:
            users.pop(conn, None)
        stream.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9217))
while True:
    conn, _ = server.accept()
    threading.Thread(target=client, args=(conn,), daemon=True).start()
