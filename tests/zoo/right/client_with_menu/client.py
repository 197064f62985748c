import socket
import threading


def listen(conn):
    while data := conn.recv(1024):
        print(data.decode())


def menu(conn):
    while True:
        print("1. Написать сообщение\n2. Выйти")
        choice = input("Ваш выбор: ")
        if choice == "1":
            conn.sendall(input("Текст: ").encode())
        elif choice == "2":
            break
        else:
            print("Такого пункта нет")


with socket.create_connection(("127.0.0.1", 9218)) as conn:
    threading.Thread(target=listen, args=(conn,), daemon=True).start()
    menu(conn)
