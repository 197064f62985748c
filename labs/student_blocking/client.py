"""Клиент чата на двоих: одна строка — один ход. Поток только показывает то, что пришло."""

import socket
import threading

HOST, PORT = "127.0.0.1", 5010


def show(conn):
    for line in conn.makefile("r", encoding="utf-8", errors="replace", newline="\n"):
        print(line, end="", flush=True)
    print("Сервер закрыл соединение")


def main():
    name = input("Как вас зовут? ")
    conn = socket.create_connection((HOST, PORT))
    threading.Thread(target=show, args=(conn,), daemon=True).start()
    try:
        while True:
            # имя подставляет клиент: сервер передаёт строки как есть
            conn.sendall(f"{name}: {input()}\n".encode())
    except (EOFError, KeyboardInterrupt, OSError):
        print("До встречи!")
    finally:
        conn.close()


if __name__ == "__main__":
    main()
