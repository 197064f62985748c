"""Заготовка клиента: отправляет то, что набрано на клавиатуре."""

import socket
import threading  # понадобится для TODO 1

HOST, PORT = "127.0.0.1", 5000


def show_incoming(conn):
    """Показывать всё, что присылает сервер, пока он не закроет соединение."""
    # TODO 2: в цикле читать conn.recv(...) и печатать; b"" значит, что сервер закрыл соединение.


def main():
    conn = socket.create_connection((HOST, PORT))
    # TODO 1: запустить show_incoming(conn) в отдельном потоке, daemon=True.
    # TODO 3: узнать имя пользователя и передать его серверу так, как решили в протоколе.
    while True:
        text = input()
        conn.sendall(text.encode())  # TODO 4: отметить конец сообщения, например "\n"


if __name__ == "__main__":
    main()
