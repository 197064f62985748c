"""All text is in cp1251.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
encoding: cp1251
"""
import socket
import threading

ENCODING = "cp1251"
members = {}
lock = threading.Lock()


def member(conn):
    lines = conn.makefile("r", encoding=ENCODING, errors="replace", newline="\n")
    try:
        name = lines.readline().strip()
        if not name:
            return
        with lock:
            members[conn] = name
        for line in lines:
            data = f"{name}: {line}".encode(ENCODING, "replace")
            with lock:
                for other in members:
                    if other is not conn:
                        try:
                            other.send(data, socket.MSG_DONTWAIT)
                        except OSError:
                            pass
    except OSError:
        pass
    finally:
        with lock:
            members.pop(conn, None)
        lines.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9216))
while True:
    conn, _ = server.accept()
    threading.Thread(target=member, args=(conn,), daemon=True).start()
