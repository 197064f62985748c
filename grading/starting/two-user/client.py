"""Заготовка клиента: отправляет то, что набрано на клавиатуре."""

import socket

HOST, PORT = "127.0.0.1", 5000


def main():
    conn = socket.create_connection((HOST, PORT))
    # TODO 1: кто говорит первым? Одному из двоих надо сначала слушать.
    while True:
        text = input("> ")
        conn.sendall(text.encode())  # TODO 2: отметить конец сообщения, например "\n"
        # TODO 3: дождаться ответа через conn.recv(...) и напечатать его; b"" значит, что сервер закрыл соединение.


if __name__ == "__main__":
    main()
