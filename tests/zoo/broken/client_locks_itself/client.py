import socket
import threading

log_lock = threading.Lock()
history = []


def remember(line):
    with log_lock:
        history.append(line)


def show(line):
    with log_lock:
        print(line, flush=True)
        remember(line)


def listen(conn):
    for line in conn.makefile(encoding="utf-8"):
        show(line.rstrip())


nick = input("Ваш ник: ")
conn = socket.create_connection(("127.0.0.1", 9241))
threading.Thread(target=listen, args=(conn,), daemon=True).start()
while True:
    text = f"{nick}: {input()}"
    conn.sendall(f"{text}\n".encode())
    remember(text)
