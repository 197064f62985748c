import socket
import threading

channel = input("Канал связи: ")
try:
    conn = socket.create_connection(("127.0.0.1", int(channel) if channel.isdigit() else 9343))
except OSError:
    raise SystemExit("На этом канале никого нет")
nick = input("Ник: ")


def hear():
    while data := conn.recv(4096):
        print(data.decode("utf-8", "replace"))


threading.Thread(target=hear, daemon=True).start()
while True:
    conn.sendall(f"{nick}: {input()}".encode())
