"""Keeps only the newest message of each until the ticker comes round: the others are lost.
caught-by: order-kept
may-also-fail: glued-messages
variant: multi-user
speaks: named_by=prompt author=server framing=lines slow=0.03
"""
import socket
import threading
import time

names, newest = {}, {}
lock = threading.Lock()


def postman():
    while True:
        time.sleep(0.03)
        with lock:
            for author in list(newest):
                data = names[author].encode() + b": " + newest.pop(author)
                for conn in names:
                    if conn is not author:
                        try:
                            conn.sendall(data)
                        except OSError:
                            pass


def visitor(conn):
    lines = conn.makefile("rb")
    try:
        conn.sendall(b"NAME?\n")
        name = lines.readline().decode("utf-8", "replace").strip()
        with lock:
            names[conn] = name
        for line in lines:
            if not line.endswith(b"\n"):
                break  # half a message as he left: whether the postman still found it would be luck
            with lock:
                newest[conn] = line
    except OSError:
        pass
    with lock:
        names.pop(conn, None)
        newest.pop(conn, None)
    lines.close()
    conn.close()


server = socket.create_server(("127.0.0.1", 9105))
threading.Thread(target=postman, daemon=True).start()
while True:
    conn, _ = server.accept()
    threading.Thread(target=visitor, args=(conn,), daemon=True).start()
