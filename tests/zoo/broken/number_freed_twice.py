"""The number of one who leaves is given back twice, so two newcomers get it, and the second stands where the first one stood.
caught-by: random-conversations
may-also-fail: names-kept
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

users = {}   # номер -> (имя, сокет)
free = list(range(1000))
lock = threading.Lock()


def send_others(number, text):
    with lock:
        for other, (_, conn) in users.items():
            if other != number:
                try:
                    conn.send(text.encode(), socket.MSG_DONTWAIT)
                except OSError:
                    pass


def leave(number, conn):
    with lock:
        if number in users and users[number][1] is conn:
            del users[number]
        free.insert(0, number)


def worker(conn):
    lines = conn.makefile("rb")
    number = None
    try:
        name = lines.readline().decode("utf-8", "replace").strip()
        if name:
            with lock:
                number = free.pop(0)
                users[number] = (name, conn)
        for line in lines if name else ():
            send_others(number, f"[{name}] " + line.decode("utf-8", "replace"))
    except OSError:
        pass
    if number is not None:
        leave(number, conn)
        free.insert(0, number)
    lines.close()
    conn.close()


server = socket.create_server(("0.0.0.0", 9109))
while True:
    client, _ = server.accept()
    threading.Thread(target=worker, args=(client,), daemon=True).start()
