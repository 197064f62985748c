"""Takes a message from the guest up to the newline, and sends it on without one.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines-in
"""
import socket
import threading

names = {}
lock = threading.Lock()


def to_others(me, text):
    message = f"{names[me]}: {text}".encode()
    with lock:
        others = [c for c in names if c is not me]
    for c in others:
        try:
            c.send(message, socket.MSG_DONTWAIT)
        except OSError:
            pass


def client(conn):
    stream = conn.makefile(encoding="utf-8", errors="replace", newline="\n")
    try:
        name = stream.readline().strip()
        if not name:
            return
        with lock:
            names[conn] = name
        for line in stream:
            if line.strip():
                to_others(conn, line.rstrip("\r\n"))
    except OSError:
        pass
    finally:
        with lock:
            names.pop(conn, None)
        stream.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9391))
while True:
    conn, _ = server.accept()
    threading.Thread(target=client, args=(conn,), daemon=True).start()
