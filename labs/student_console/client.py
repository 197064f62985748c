"""Клиент чата на двоих: одна строка — одно сообщение."""

import socket
import threading

HOST, PORT = "127.0.0.1", 5018


def show(conn):
    for line in conn.makefile("r", encoding="utf-8", errors="replace", newline="\n"):
        print("Сервер:", line, end="", flush=True)
    print("Сервер закрыл соединение")


def main():
    conn = socket.create_connection((HOST, PORT))
    threading.Thread(target=show, args=(conn,), daemon=True).start()
    try:
        while True:
            conn.sendall(f"{input()}\n".encode())
    except (EOFError, KeyboardInterrupt, OSError):
        print("До встречи!")
    finally:
        conn.close()


if __name__ == "__main__":
    main()
