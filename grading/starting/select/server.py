"""Заготовка сервера с select: один поток ждёт всех сразу, но сообщения пока никто не передаёт.

Где допишете вы, стоит TODO. Протокол придумайте сами: как сервер узнаёт имя, где кончается
сообщение, что видят остальные. Как проверить себя, сказано в README.md рядом.
"""

import select
import socket

HOST, PORT = "127.0.0.1", 5000

clients = []  # сокеты всех, кто сейчас в чате


def receive(conn):
    """Клиент что-то прислал или ушёл; recv здесь не ждёт: select уже сказал, что читать есть что."""
    data = conn.recv(4096)
    if not data:
        clients.remove(conn)
        conn.close()
    # TODO 1: передать data всем остальным из clients и указать, кто это написал.
    # TODO 2: recv может вернуть и часть сообщения, и несколько сразу: решите, где сообщение кончается,
    #         и храните начало незаконченного для каждого клиента отдельно.
    # TODO 3: recv и send могут бросить ConnectionResetError: этот клиент ушёл, остальные продолжают разговор.


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # без этого порт после остановки был бы занят ещё минуту, и сервер не запустился бы снова
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((HOST, PORT))
    server.listen()
    print(f"Сервер слушает {HOST}:{PORT}, остановить: Ctrl-C")
    while True:
        readable, _, _ = select.select([server, *clients], [], [])
        for conn in readable:
            if conn is server:
                newcomer, address = server.accept()
                print("Подключился", address)
                clients.append(newcomer)
            else:
                receive(conn)


if __name__ == "__main__":
    main()
