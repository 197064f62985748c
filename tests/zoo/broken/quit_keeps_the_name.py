"""After /quit the connection is closed, but the name stays in the list and is refused to whoever comes back with it.
caught-by: quit-word
may-also-fail:
variant: multi-user
"""
import socket
import threading

users = {}
lock = threading.Lock()


def broadcast(text, author):
    with lock:
        for conn in users:
            if conn is not author:
                try:
                    conn.send(text.encode() + b"\n", socket.MSG_DONTWAIT)
                except (OSError, ValueError):
                    pass


def enter(conn, name):
    with lock:
        if not name or name in users.values():
            return False
        users[conn] = name
    return True


def lines_of(conn):
    buffer = b""
    while True:
        try:
            chunk = conn.recv(4096)
        except OSError:
            return
        if not chunk:
            return
        buffer += chunk
        while b"\n" in buffer:
            line, _, buffer = buffer.partition(b"\n")
            yield line.decode("utf-8", "replace").rstrip("\r")


def handle(conn):
    conn.sendall("Ваше имя: ".encode())
    inside = False
    for text in lines_of(conn):
        if not inside:
            inside = enter(conn, text.strip())
            if not inside:
                conn.sendall("Занято, другое имя: ".encode())
        elif text == "/quit":
            conn.sendall("До встречи!\n".encode())
            conn.close()
            return
        else:
            broadcast(f"{users[conn]}: {text}", conn)
    with lock:
        users.pop(conn, None)
    conn.close()


server = socket.create_server(("127.0.0.1", 9735))
while True:
    conn, _ = server.accept()
    threading.Thread(target=handle, args=(conn,), daemon=True).start()
