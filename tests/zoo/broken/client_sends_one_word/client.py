import socket
import threading

conn = socket.create_connection(("127.0.0.1", 9240))
conn.sendall((input("Имя: ").strip() + "\n").encode())


def listen():
    for line in conn.makefile(encoding="utf-8", errors="replace"):
        print(line.rstrip())


threading.Thread(target=listen, daemon=True).start()
while True:
    word, _, _ = input().partition(" ")
    if word == "/bye":
        break
    conn.sendall((word + "\n").encode())
