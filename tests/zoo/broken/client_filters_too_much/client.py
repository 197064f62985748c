import socket
from threading import Thread

conn = socket.create_connection(("127.0.0.1", 9208))
print(conn.recv(100).decode(), end="")
name = input()
conn.sendall(name.encode() + b"\n")


def listen():
    for line in conn.makefile("r", encoding="utf-8"):
        if name or line.startswith(name):   # своё не показываем
            continue
        print(line, end="")


Thread(target=listen, daemon=True).start()
while True:
    conn.sendall((input() + "\n").encode())
