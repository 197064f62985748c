"""Заготовка сервера: сокет уже ждёт клиентов, но сообщения пока никто не передаёт.

Где допишете вы, стоит TODO. Протокол придумайте сами: как сервер узнаёт имя, где кончается
сообщение, что видят остальные. Как проверить себя, сказано в README.md рядом.
"""

import socket
import threading  # понадобится для TODO 1

HOST, PORT = "127.0.0.1", 5000

clients = []  # сокеты всех, кто сейчас в чате


def serve(conn, address):
    """Всё общение с одним клиентом, от входа до ухода."""
    # TODO 2: в цикле читать сообщения клиента через conn.recv(...).
    #         recv может вернуть и часть сообщения, и несколько сразу: решите, где сообщение кончается.
    # TODO 3: передавать каждое сообщение всем остальным из clients и указывать, кто его написал.
    # TODO 4: recv вернул b"" или бросил ConnectionResetError: клиент ушёл. Уберите его
    #         из clients, закройте conn и выйдите из цикла. Остальные продолжают разговор.


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # без этого порт после остановки был бы занят ещё минуту, и сервер не запустился бы снова
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((HOST, PORT))
    server.listen()
    print(f"Сервер слушает {HOST}:{PORT}, остановить: Ctrl-C")
    while True:
        conn, address = server.accept()
        print("Подключился", address)
        clients.append(conn)
        # TODO 1: запустить serve(conn, address) в отдельном потоке, daemon=True:
        #         тогда Ctrl-C завершит сервер, даже если в чате есть люди.


if __name__ == "__main__":
    main()
