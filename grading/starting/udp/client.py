"""Заготовка клиента UDP: отправляет датаграммой то, что набрано на клавиатуре."""

import socket
import threading  # понадобится для TODO 1

SERVER = ("127.0.0.1", 5000)


def show_incoming(sock):
    """Показывать всё, что присылает сервер."""
    # TODO 2: в цикле читать sock.recvfrom(65535) и печатать.


def main():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # TODO 3: узнать имя пользователя и передать его серверу первой же датаграммой: до неё сервер о клиенте не знает.
    # TODO 1: запустить show_incoming(sock) в отдельном потоке, daemon=True.
    while True:
        text = input()
        sock.sendto(text.encode(), SERVER)


if __name__ == "__main__":
    main()
