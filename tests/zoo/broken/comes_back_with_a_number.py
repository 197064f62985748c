"""A name once taken stays taken: who comes back under it gets a number behind it.
caught-by: rejoin
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

people = {}
names = set()
lock = threading.Lock()


def free(name):
    number, found = 1, name
    while found in names:
        number += 1
        found = f"{name}({number})"
    return found


def serve(conn):
    stream = conn.makefile("rb")
    try:
        name = stream.readline().decode("utf-8", "replace").strip()
        if name:
            with lock:
                name = people[conn] = free(name)
                names.add(name)
            for line in stream:
                with lock:
                    others = [c for c in people if c is not conn]
                for other in others:
                    try:
                        other.send(f"{name}: ".encode() + line, socket.MSG_DONTWAIT)
                    except OSError:
                        pass
    except OSError:
        pass
    finally:
        with lock:
            people.pop(conn, None)
        stream.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9235))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
