import socket
import threading

server = ("127.0.0.1", 41234)
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
name = input("Name: ")
sock.sendto(f"{name}|".encode(), server)


def listen():
    while True:
        print(sock.recv(65535).decode())


threading.Thread(target=listen, daemon=True).start()
while True:
    sock.sendto(f"{name}|{input()}".encode(), server)
