import os
import socket
import threading

conn = socket.create_connection(("127.0.0.1", 9206))


def write():
    while True:
        conn.sendall(input().encode())


threading.Thread(target=write, daemon=True).start()
while data := conn.recv(4096):
    who, text = data.decode().split(": ")
    print(f"{who} пишет: {text}")
