"""The server is right; its client hides its own messages by a test that hides everybody's.
caught-by: own-clients-chat
variant: multi-user
"""
import socket
from threading import Lock, Thread

names = {}
lock = Lock()


def tell_others(author, data):
    with lock:
        others = [conn for conn in names if conn is not author]
    for other in others:
        try:
            other.send(data, socket.MSG_DONTWAIT)
        except OSError:
            pass


def visit(conn):
    lines = conn.makefile("rb")
    try:
        conn.sendall("Ваше имя: ".encode())
        name = lines.readline().strip()
        if not name:
            return
        with lock:
            names[conn] = name
        for line in lines:
            tell_others(conn, name + b": " + line)
    except OSError:
        pass
    finally:
        with lock:
            names.pop(conn, None)
        lines.close()
        conn.close()


with socket.create_server(("127.0.0.1", 9208)) as server:
    while True:
        Thread(target=visit, args=(server.accept()[0],), daemon=True).start()
