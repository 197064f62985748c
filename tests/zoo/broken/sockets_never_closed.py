"""Who leaves is taken out of the room, but his socket stays open in a list of all who have ever been there.
caught-by: gone-are-forgotten
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

room, history = {}, []
lock = threading.Lock()


def serve(conn):
    history.append(conn)
    pending = b""
    try:
        while data := conn.recv(4096):
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                take(conn, line)
    except OSError:
        pass
    with lock:
        room.pop(conn, None)


def take(conn, line):
    with lock:
        if conn not in room:
            room[conn] = line
            return
        label = room[conn] + b": "
        others = [c for c in room if c is not conn]
    for other in others:
        try:
            other.send(label + line + b"\n", socket.MSG_DONTWAIT)
        except OSError:
            pass


server = socket.create_server(("127.0.0.1", 9212))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
