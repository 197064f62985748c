"""Клиент чата по UDP: первой датаграммой уходит имя, дальше по датаграмме на строку."""

import socket
import threading

SERVER = ("127.0.0.1", 5015)


def show(sock):
    while True:
        try:
            data, _ = sock.recvfrom(65535)
        except OSError:
            return
        print(data.decode("utf-8", errors="replace"), flush=True)


def main():
    name = input("Как вас зовут? ")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(name.encode(), SERVER)
        threading.Thread(target=show, args=(sock,), daemon=True).start()
        try:
            while True:
                text = input()
                if text:
                    sock.sendto(text.encode(), SERVER)
        except (EOFError, KeyboardInterrupt):
            print("До встречи!")


if __name__ == "__main__":
    main()
