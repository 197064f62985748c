"""The name is a global: everybody speaks under the name of the last one who came.
caught-by: author-is-known
may-also-fail: slow-reader, names-kept, random-conversations
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

users = {}
lock = threading.Lock()


def session(conn):
    global name
    reader = conn.makefile("rb")
    try:
        name = reader.readline().decode("utf-8", "replace").strip()
        with lock:
            users[conn] = name
        for line in reader:
            text = line.decode("utf-8", "replace").rstrip("\n")
            with lock:
                others = [c for c in users if c is not conn]
            for other in others:
                try:
                    other.sendall(f"{name} > {text}\n".encode())
                except OSError:
                    pass
    except OSError:
        pass
    finally:
        with lock:
            users.pop(conn, None)
        reader.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9006))
print("ready")
while True:
    conn, _ = server.accept()
    threading.Thread(target=session, args=(conn,), daemon=True).start()
