import socket

name = input("Как вас зовут? ")
conn = socket.socket()
conn.connect(("127.0.0.1", 9202))
while True:
    text = input(f"{name}: ")
    conn.send(f"{name}: {text}".encode())
    print("отправлено")
