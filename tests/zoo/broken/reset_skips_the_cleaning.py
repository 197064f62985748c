"""A reset jumps over the lines that take the user out of the list; the next who speaks dies of it.
caught-by: leave-abruptly
may-also-fail: slow-reader, gone-are-forgotten, random-conversations
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

online = {}


def chatting(conn):
    stream = conn.makefile("rb")
    name = stream.readline().decode("utf-8", "replace").strip()
    online[conn] = name
    for line in stream:
        for other in list(online):
            if other is not conn:
                other.sendall(f"[{name}] ".encode() + line)
    del online[conn]
    stream.close()
    conn.close()


with socket.create_server(("127.0.0.1", 9103)) as server:
    while True:
        conn, _ = server.accept()
        threading.Thread(target=chatting, args=(conn,), daemon=True).start()
