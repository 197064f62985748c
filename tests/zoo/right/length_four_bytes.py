"""Four bytes of length before each message; asks for the name, in the same frames.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=length-4
"""
import socket
import threading


def read(conn, n):
    buf = bytearray()
    while len(buf) < n:
        chunk = conn.recv(n - len(buf))
        if not chunk:
            return None
        buf.extend(chunk)
    return bytes(buf)


def receive(conn):
    head = read(conn, 4)
    return None if head is None else read(conn, int.from_bytes(head, "big"))


def send(conn, text):
    body = text.encode()
    frame = len(body).to_bytes(4, "big") + body
    if conn.send(frame, socket.MSG_DONTWAIT) < len(frame):
        conn.shutdown(socket.SHUT_RDWR)   # half of it would spoil all that follows


users = {}
users_lock = threading.Lock()


def to_others(me, text):
    with users_lock:
        for conn in users:
            if conn is not me:
                try:
                    send(conn, text)
                except OSError:
                    pass


def user(conn):
    name = None
    try:
        send(conn, "Введите имя")
        raw = receive(conn)
        if not raw:
            return
        name = raw.decode("utf-8", "replace")
        with users_lock:
            users[conn] = name
        to_others(conn, f"{name} в чате")
        while (raw := receive(conn)) is not None:
            to_others(conn, f"[{name}] {raw.decode('utf-8', 'replace')}")
    except OSError:
        pass
    finally:
        with users_lock:
            users.pop(conn, None)
        if name:
            to_others(conn, f"{name} ушёл")
        conn.close()


listener = socket.create_server(("127.0.0.1", 9206))
while True:
    conn, _ = listener.accept()
    threading.Thread(target=user, args=(conn,), daemon=True).start()
