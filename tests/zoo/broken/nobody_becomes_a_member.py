"""Whoever goes away without a name becomes a member without one, for ever: the second send to him ends the speaker's thread.
caught-by: leave-mid-handshake
may-also-fail: gone-are-forgotten
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading

members = {}
lock = threading.Lock()


def talk(conn):
    stream = conn.makefile("rb")
    conn.sendall(b"NICK\n")
    try:
        name = stream.readline().decode("utf-8", "replace").strip()
    except OSError:
        name = ""
    with lock:
        members[conn] = name
    if not name:
        return
    try:
        for line in stream:
            with lock:
                others = [c for c in members if c is not conn]
            for other in others:
                try:
                    other.send(name.encode() + b": " + line, socket.MSG_DONTWAIT)
                except BlockingIOError:
                    pass
    except OSError:
        pass
    finally:
        with lock:
            members.pop(conn)
        stream.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9207))
while True:
    conn, _ = server.accept()
    threading.Thread(target=talk, args=(conn,), daemon=True).start()
