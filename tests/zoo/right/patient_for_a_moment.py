"""sendall with a time-out of half a second; who has not read by then is hung up on.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
"""
import select
import socket
import threading

names = {}
lock = threading.Lock()


def serve(conn):
    conn.settimeout(0.5)
    pending = b""
    try:
        while True:
            select.select([conn], [], [])   # to listen it has all the time in the world
            data = conn.recv(4096)
            if not data:
                break
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                hear(conn, line)
    except (OSError, ValueError):   # ValueError: another thread has hung up meanwhile
        pass
    leave(conn)


def leave(conn):
    with lock:
        names.pop(conn, None)
    conn.close()


def hear(conn, line):
    with lock:
        if conn not in names:
            names[conn] = line
            return
        label = names[conn] + b": "
        others = [other for other in names if other is not conn]
    for other in others:
        try:
            other.sendall(label + line + b"\n")
        except OSError:
            with lock:
                names.pop(other, None)
            try:
                other.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


server = socket.create_server(("127.0.0.1", 9303))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
