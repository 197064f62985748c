"""Takes the dead out of the dict it is looping over: RuntimeError ends the speaker's session.
caught-by: leave-quietly
may-also-fail: leave-abruptly, slow-reader, rejoin, random-conversations
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading

users = {}


def broadcast(author, line):
    for conn in users:
        if conn is not author:
            try:
                conn.sendall(users[author].encode() + b": " + line)
            except OSError:
                del users[conn]


def serve(conn):
    stream = conn.makefile("rb")
    try:
        conn.sendall("Ваш ник?\n".encode())
        name = stream.readline().decode("utf-8", "replace").strip()
        if not name:
            return
        users[conn] = name
        for line in stream:
            broadcast(conn, line)
    except OSError:
        pass
    finally:
        stream.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9102))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
