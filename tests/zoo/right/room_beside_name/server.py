"""Room and name in one line, just these two words; its client always goes to one room.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
hello: main {name}
"""
import socket
import threading

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
            conn.sendall("Комната и имя через пробел:\n".encode())
            name = ""
            for line in lines:
                text = line.decode("utf-8", "replace").strip()
                if not name and len(text.split()) == 2:
                    room, name = text.split()
                    with lock:
                        guests[conn] = name
                elif not name:
                    conn.sendall("Нужно два слова\n".encode())
                elif text:
                    tell(conn, f"[{room}] {name}: {text}")
    except OSError:
        pass
    finally:
        with lock:
            guests.pop(conn, None)
        conn.close()


door = socket.create_server(("127.0.0.1", 9223))
while True:
    conn, _ = door.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
