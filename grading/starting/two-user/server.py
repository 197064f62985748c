"""Заготовка сервера на двоих: он дожидается двух собеседников, но сказанное ими пока никому не передаёт.

Где допишете вы, стоит TODO. Протокол придумайте сами: говорят собеседники по очереди или когда захотят,
где кончается сообщение, нужны ли имена. Как проверить себя, сказано в README.md рядом.
"""

import socket

HOST, PORT = "127.0.0.1", 5000


def chat(first, second):
    """Разговор двоих, от первого слова до ухода одного из них."""
    # TODO 1: что пришло от первого, передать второму через second.sendall(...), и наоборот.
    #         Проще всего по очереди: теперь говорит один, потом другой.
    # TODO 2: recv может вернуть и часть сообщения, и несколько сразу: решите, где сообщение кончается.
    # TODO 3: recv вернул b"" или бросил ConnectionResetError: собеседник ушёл. Закройте оба сокета
    #         и выйдите из цикла.
    while first.recv(4096):
        pass


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # без этого порт после остановки был бы занят ещё минуту, и сервер не запустился бы снова
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((HOST, PORT))
    server.listen()
    print(f"Сервер слушает {HOST}:{PORT}, остановить: Ctrl-C")
    while True:
        first, address = server.accept()
        print("Пришёл первый", address)
        second, address = server.accept()
        print("Пришёл второй", address)
        chat(first, second)


if __name__ == "__main__":
    main()
