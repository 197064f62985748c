from socket import socket
from threading import Thread
from time import strftime


def listen(connection):
    while True:
        text = connection.recv(1024).decode()
        if not text:
            break
        print(text)


nickname = input("Ваше имя: ")
connection = socket()
connection.connect(("127.0.0.1", 7050))
Thread(target=listen, args=[connection], daemon=True).start()

print("Пишите сообщения, /выход — закончить")
while True:
    phrase = input()
    if phrase == "/выход":
        break
    connection.send(f"[{strftime('%H:%M')}] {nickname}: {phrase}".encode())
connection.close()
