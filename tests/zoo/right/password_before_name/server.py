"""The password comes before the name; its client knows it, and nobody else can.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
hello: itmo2024
then: {name}
"""
import socket
import threading

PASSWORD = "itmo2024"

guests = {}
lock = threading.Lock()


def tell(author, line):
    with lock:
        for guest in guests:
            if guest is not author:
                try:
                    guest.send(line.encode() + b"\n", socket.MSG_DONTWAIT)
                except OSError:
                    pass


def serve(conn):
    try:
        with conn.makefile("rb") as lines:
            conn.sendall("Пароль?\n".encode())
            if lines.readline().strip().decode("utf-8", "replace") != PASSWORD:
                conn.sendall("Неверный пароль\n".encode())
                return
            conn.sendall("Имя?\n".encode())
            name = lines.readline().strip().decode("utf-8", "replace")
            with lock:
                guests[conn] = name
            for line in lines:
                if text := line.decode("utf-8", "replace").strip():
                    tell(conn, f"{name}: {text}")
    except OSError:
        pass
    finally:
        with lock:
            guests.pop(conn, None)
        conn.close()


door = socket.create_server(("127.0.0.1", 9222))
while True:
    conn, _ = door.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
