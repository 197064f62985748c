import socket
import threading

conn = socket.create_connection(("127.0.0.1", 9209))


def listen():
    while data := conn.recv(1024):
        print("Собеседник:", data.decode())


threading.Thread(target=listen, daemon=True).start()
while True:
    text = input("Вы: ")
    conn.sendall(("." * len(text) * 2).encode())
