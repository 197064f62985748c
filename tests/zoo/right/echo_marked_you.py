"""The author gets his own words back, marked "You".
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines echo=true
"""
import socket
import threading

members = {}
lock = threading.Lock()


def send(conn, line):
    try:
        conn.send((line + "\n").encode(), socket.MSG_DONTWAIT)
    except OSError:
        pass


def chat(conn):
    stream = conn.makefile("r", encoding="utf-8", errors="replace", newline="\n")
    name = None
    try:
        send(conn, "Your name?")
        name = stream.readline().strip()
        if not name:
            return
        with lock:
            members[conn] = name
        send(conn, f"Hello, {name}!")
        for line in stream:
            line = line.rstrip("\n")
            with lock:
                everybody = list(members)
            for member in everybody:
                send(member, f"You: {line}" if member is conn else f"{name}: {line}")
    except OSError:
        pass
    finally:
        with lock:
            members.pop(conn, None)
        stream.close()
        conn.close()


with socket.create_server(("127.0.0.1", 9010)) as server:
    while True:
        threading.Thread(target=chat, args=(server.accept()[0],), daemon=True).start()
