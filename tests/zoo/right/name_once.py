"""The author's name stands before the first of his messages in a row only, as in messengers.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

people = {}
lock = threading.Lock()
last_author = None


def spread(author, line):
    global last_author
    with lock:
        label = b"" if author is last_author else people[author] + b": "
        last_author = author
        for conn in people:
            if conn is not author:
                try:
                    conn.send(label + line, socket.MSG_DONTWAIT)
                except OSError:
                    pass


def serve(conn):
    lines = conn.makefile("rb")
    try:
        name = lines.readline().strip()
        if not name:
            return
        with lock:
            people[conn] = name
        for line in lines:
            spread(conn, line)
    except OSError:
        pass
    finally:
        with lock:
            people.pop(conn, None)
        lines.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9113))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
