"""Многопользовательский чат в одном потоке: select говорит, кто прислал байты и кому можно отправить.

Протокол: первая строка — имя, каждая следующая — сообщение. Все, и автор тоже, видят «[имя] текст».
"""

import select
import socket

HOST, PORT = "127.0.0.1", 5030
LONGEST_LINE = 64 * 1024     # байтов без перевода строки
LONGEST_UNSENT = 1024 * 1024  # байтов накопилось для того, кто не читает


class Guest:
    def __init__(self, conn):
        self.conn = conn
        self.name = None     # ещё не представился
        self.incoming = b""  # начало незаконченной строки
        self.unsent = b""    # что ещё не ушло в сокет


class Chat:
    def __init__(self, server):
        self.server = server
        self.guests = {}  # сокет -> Guest

    def run(self):
        while True:
            waiting = [conn for conn, guest in self.guests.items() if guest.unsent]
            readable, writable, _ = select.select([self.server, *self.guests], waiting, [])
            for conn in writable:
                if conn in self.guests:
                    self.send(self.guests[conn])
            for conn in readable:
                if conn is self.server:
                    self.accept()
                elif conn in self.guests:  # мог уйти на этом же круге
                    self.receive(self.guests[conn])

    def accept(self):
        try:
            conn, address = self.server.accept()
        except OSError:
            return  # передумал раньше, чем его впустили
        conn.setblocking(False)
        self.guests[conn] = Guest(conn)
        print("Подключился", address)

    def receive(self, guest):
        try:
            data = guest.conn.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            return self.forget(guest)
        *lines, guest.incoming = (guest.incoming + data).split(b"\n")
        for line in lines:
            self.hear(guest, line.decode("utf-8", errors="replace").strip())
        if len(guest.incoming) > LONGEST_LINE:
            self.forget(guest)

    def hear(self, guest, text):
        if guest.name is not None:
            self.tell_all(f"[{guest.name}] {text}")
        elif text:
            self.tell_all(f"{text} присоединяется к чату")
            guest.name = text

    def tell_all(self, message):
        for guest in list(self.guests.values()):
            if guest.name is not None:
                guest.unsent += message.encode() + b"\n"
                self.send(guest)

    def send(self, guest):
        """Отправить сколько примут; остальное подождёт, не задерживая других."""
        try:
            sent = guest.conn.send(guest.unsent)
            guest.unsent = guest.unsent[sent:]
        except BlockingIOError:
            pass
        except OSError:
            guest.unsent = b""  # ушёл: recv скажет об этом на следующем круге
        if len(guest.unsent) > LONGEST_UNSENT:
            self.forget(guest)

    def forget(self, guest):
        if self.guests.pop(guest.conn, None):
            guest.conn.close()
            if guest.name is not None:
                self.tell_all(f"{guest.name} покидает чат")


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind((HOST, PORT))
        server.listen()
        server.setblocking(False)
        print(f"Чат открыт на {HOST}:{PORT}")
        try:
            Chat(server).run()
        except KeyboardInterrupt:
            print("Чат закрыт")


if __name__ == "__main__":
    main()
