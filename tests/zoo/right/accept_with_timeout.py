"""The accept loop wakes twice a second, so that Ctrl-C works on Windows too.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=none
"""
import socket
import threading

chatters = {}
lock = threading.Lock()


def hear(conn):
    raw = b""
    while True:
        piece = conn.recv(32768)
        if not piece:
            return ""
        raw += piece
        try:
            return raw.decode()
        except UnicodeDecodeError:
            pass   # the end of the character is on its way


def handle(conn):
    name = ""
    try:
        conn.sendall(b"NICK")
        name = hear(conn).strip()
        if name:
            with lock:
                chatters[conn] = name
            conn.sendall(b"Welcome!")
            while text := hear(conn):
                with lock:
                    listeners = [c for c in chatters if c is not conn]
                for c in listeners:
                    try:
                        c.send(f"{name}: {text}".encode(), socket.MSG_DONTWAIT)
                    except OSError:
                        pass
    except OSError:
        pass
    with lock:
        chatters.pop(conn, None)
    conn.close()


server = socket.create_server(("127.0.0.1", 9020))
server.settimeout(0.5)
try:
    while True:
        try:
            conn, _ = server.accept()
        except socket.timeout:
            continue
        threading.Thread(target=handle, args=(conn,), daemon=True).start()
except KeyboardInterrupt:
    print("stopped by the keyboard")
