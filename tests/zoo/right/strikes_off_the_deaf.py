"""Whoever cannot take a message at once is struck off the list, but not hung up on: it costs the others nothing.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading

room = {}
lock = threading.Lock()


def tell_others(line, author):
    with lock:
        for other in [conn for conn in room if conn is not author]:
            try:
                other.send(f"{room[author]} | ".encode() + line, socket.MSG_DONTWAIT)
            except OSError:
                del room[other]


def session(conn):
    stream = conn.makefile("rb")
    try:
        conn.sendall("Представьтесь, пожалуйста\n".encode())
        name = stream.readline().decode("utf-8", "replace").strip()
        if name:
            with lock:
                room[conn] = name
            for line in stream:
                tell_others(line, conn)
    except OSError:
        pass
    finally:
        with lock:
            room.pop(conn, None)
        stream.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9234))
while True:
    conn, _ = server.accept()
    threading.Thread(target=session, args=(conn,), daemon=True).start()
