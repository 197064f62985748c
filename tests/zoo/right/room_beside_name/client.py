import socket
import threading

conn = socket.create_connection(("127.0.0.1", 9223))
room = "main"
name = input("Имя: ")
conn.sendall(f"{room} {name}\n".encode())


def show():
    for line in conn.makefile(encoding="utf-8"):
        print(line, end="", flush=True)


threading.Thread(target=show, daemon=True).start()
while True:
    conn.sendall((input() + "\n").encode())
