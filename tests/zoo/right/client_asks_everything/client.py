import socket
import threading


def listen(conn):
    while True:
        data = conn.recv(4096)
        if not data:
            print("Сервер отключился")
            break
        print("\n" + data.decode("utf-8", errors="replace"))


host = input("Введите IP-адрес сервера: ")
port = int(input("Введите порт: "))
nickname = ""
while not nickname:
    nickname = input("Введите ваш никнейм: ").strip()
conn = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
conn.connect((host, port))
threading.Thread(target=listen, args=(conn,), daemon=True).start()
while True:
    conn.sendall(f"{nickname}: {input()}".encode())
