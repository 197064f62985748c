"""Sockets of those who have left are closed when the next message goes round.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading

people = {}
left = set()
lock = threading.Lock()


def tell_others(author, line):
    with lock:
        for conn in left:
            people.pop(conn, None)
            conn.close()
        left.clear()
        name = people[author]
        for conn in people:
            if conn is not author:
                try:
                    conn.send(f"[{name}] ".encode() + line, socket.MSG_DONTWAIT)
                except OSError:
                    left.add(conn)


def serve(conn):
    stream = conn.makefile("rb")
    try:
        conn.sendall("Имя: ".encode())
        name = stream.readline().decode("utf-8", "replace").strip()
        if name:
            with lock:
                people[conn] = name
            for line in stream:
                tell_others(conn, line)
    except OSError:
        pass
    stream.close()
    with lock:
        left.add(conn)


server = socket.create_server(("127.0.0.1", 9305))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
