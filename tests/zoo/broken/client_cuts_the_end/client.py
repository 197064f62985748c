import socket
import threading

nick = input("Ваш ник: ")
conn = socket.create_connection(("127.0.0.1", 9205))


def show():
    while data := conn.recv(1024):
        print(data.decode()[:-1])


threading.Thread(target=show, daemon=True).start()
while True:
    conn.send(f"{nick}> {input()}".encode())
