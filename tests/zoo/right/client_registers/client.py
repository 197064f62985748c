import socket
import threading

login = input("Логин: ")
print(f"Здравствуйте, {login}!")
conn = socket.create_connection(("127.0.0.1", 9221))


def listen():
    while data := conn.recv(1024):
        print(data.decode(), end="", flush=True)


threading.Thread(target=listen, daemon=True).start()
while True:
    conn.sendall((input() + "\n").encode())
