"""The threads are not daemons: after Ctrl-C the program waits until all have left.
caught-by: stops-on-interrupt
may-also-fail: slow-reader
variant: multi-user
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
                        c.sendall(f"{name}: {text}".encode())
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
        threading.Thread(target=handle, args=(conn,)).start()
except KeyboardInterrupt:
    print("stopped by the keyboard")
