"""Чат по UDP: один сокет, один поток. Первая датаграмма с нового адреса — имя, все следующие — сообщения."""

import socket

HOST, PORT = "127.0.0.1", 5015
LONGEST = 65535  # больше в датаграмму не помещается; остаток, не влезший в буфер recvfrom, пропал бы


class Room:
    """Кто с какого адреса пишет. Прощаться по UDP никто не обязан, поэтому список только растёт."""

    def __init__(self, sock):
        self.sock = sock
        self.names = {}

    def tell_others(self, author, text):
        for address in self.names:
            if address != author:
                self.sock.sendto(text.encode(), address)

    def heard(self, address, text):
        if address not in self.names:
            self.names[address] = text.strip() or "гость"
            print("Пришёл", self.names[address], address)
            self.tell_others(address, f"* {self.names[address]} теперь в чате")
        else:
            self.tell_others(address, f"{self.names[address]}: {text}")


def main():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((HOST, PORT))
        print(f"Жду датаграмм на {HOST}:{PORT}")
        room = Room(sock)
        while True:
            try:
                data, address = sock.recvfrom(LONGEST)
            except ConnectionResetError:  # так Windows сообщает, что кого-то из получателей уже нет
                continue
            room.heard(address, data.decode("utf-8", errors="replace"))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Сервер остановлен")
