"""Who takes part is settled when the talk begins: those who come later hear nothing.
caught-by: late-joiner-hears
may-also-fail: slow-reader, rejoin, leave-mid-handshake, random-conversations
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import itertools
import socket
import threading

counter = itertools.count(1)
users = {}
participants = []
lock = threading.Lock()


def publish(author, text):
    with lock:
        line = f"#{next(counter)} {users[author]}: {text}\n".encode()
        if not participants and len(users) > 1:
            participants.extend(users)
        for conn in participants:
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
