"""No names: everybody gets a number, and all are told who of them comes and goes.
variant: multi-user
model: threads
speaks: named_by=nobody author=label framing=lines
"""
import queue
import socket
import threading

guests = {}
lock = threading.Lock()
count = 0


def deliver(conn, box):
    while (line := box.get()) is not None:
        try:
            conn.sendall(line)
        except OSError:
            break
    try:
        conn.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def tell(conn, line):
    with lock:
        for other, box in guests.items():
            if other is not conn:
                box.put(line)


def serve(conn, number):
    box = queue.Queue()
    threading.Thread(target=deliver, args=(conn, box), daemon=True).start()
    box.put(f"Добро пожаловать! Вы участник №{number}\n".encode())
    with lock:
        guests[conn] = box
    tell(conn, f"*** Участник №{number} подключился ***\n".encode())
    stream = conn.makefile("rb")
    try:
        for line in stream:
            tell(conn, f"Участник №{number} >> ".encode() + line)
    except OSError:
        pass
    finally:
        with lock:
            guests.pop(conn)
        box.put(None)
        stream.close()
        conn.close()
        tell(conn, f"*** Участник №{number} отключился ***\n".encode())


server = socket.create_server(("", 9379), backlog=50)
while True:
    conn, _ = server.accept()
    count += 1
    threading.Thread(target=serve, args=(conn, count), daemon=True).start()
