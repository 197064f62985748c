"""Breaks long texts into several messages of 1000 letters.
caught-by: long-message
may-also-fail: slow-reader
variant: multi-user
speaks: named_by=prompt author=server framing=lines echo=true
"""
import socket
import threading

members = {}
lock = threading.Lock()


def send(conn, line):
    try:
        conn.sendall((line + "\n").encode())
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
            for start in range(0, max(len(line), 1), 1000):
                for member in everybody:
                    piece = line[start:start + 1000]
                    send(member, f"You: {piece}" if member is conn else f"{name}: {piece}")
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
