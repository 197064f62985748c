"""Клиент без потоков: select следит и за сокетом, и за клавиатурой (в Linux и macOS)."""

import codecs
import os
import select
import socket
import sys

HOST, PORT = "127.0.0.1", 5030


def chat(conn):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while True:
        readable, _, _ = select.select([conn, sys.stdin], [], [])
        if conn in readable:
            data = conn.recv(4096)
            if not data:
                return print("Сервер закрыл соединение")
            print(decoder.decode(data), end="", flush=True)
        if sys.stdin in readable:
            typed = os.read(sys.stdin.fileno(), 4096)
            if not typed:
                return None
            conn.sendall(typed)


def main():
    name = input("Ваше имя: ")
    conn = socket.create_connection((HOST, PORT))
    conn.sendall(f"{name}\n".encode())
    try:
        chat(conn)
    except (KeyboardInterrupt, OSError):
        pass
    finally:
        conn.close()
        print("До встречи!")


if __name__ == "__main__":
    main()
