import socket
import threading

server = ["127.0.0.1", 9237]


def change_server():
    server[0] = input("Новый адрес: ")
    server[1] = int(input("Новый порт: "))


def chat():
    conn = socket.create_connection(tuple(server))
    conn.sendall((input("Как вас зовут? ") + "\n").encode())

    def show():
        while data := conn.recv(4096):
            print(data.decode("utf-8", "replace"), end="", flush=True)

    threading.Thread(target=show, daemon=True).start()
    while True:
        conn.sendall((input() + "\n").encode())


def leave():
    raise SystemExit


ITEMS = {"а": ("Изменить адрес сервера", change_server), "б": ("Начать общение в чате", chat), "в": ("Выход", leave)}
while True:
    for letter, (label, _) in ITEMS.items():
        print(f"  {letter}) {label}")
    _, action = ITEMS.get(input("Пункт: "), ("", None))
    if action:
        action()
