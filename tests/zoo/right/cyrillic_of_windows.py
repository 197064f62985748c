"""All text is in cp1251, also what the server says itself.
variant: multi-user
left: — {name} ушёл —
model: threads
speaks: named_by=first-message author=server framing=lines
encoding: cp1251
"""
import socket
import threading

ENCODING = "cp1251"
members = {}
lock = threading.Lock()


def tell(text, author):
    data = text.encode(ENCODING, "replace")
    with lock:
        for other in members:
            if other is not author:
                try:
                    other.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    pass


def member(conn):
    name = ""
    lines = conn.makefile("r", encoding=ENCODING, errors="replace", newline="\n")
    try:
        name = lines.readline().strip()
        if not name:
            return
        with lock:
            members[conn] = name
        for line in lines:
            tell(f"{name}: {line}", conn)
    except OSError:
        pass
    finally:
        with lock:
            members.pop(conn, None)
        if name:
            tell(f"— {name} ушёл —\n", conn)
        lines.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9216))
while True:
    conn, _ = server.accept()
    threading.Thread(target=member, args=(conn,), daemon=True).start()
