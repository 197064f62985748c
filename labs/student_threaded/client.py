"""Клиент многопользовательского чата: поток показывает пришедшее, главный читает клавиатуру."""

import codecs
import socket
import threading

HOST, PORT = "127.0.0.1", 5020


def show(conn):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")  # буква может прийти по частям
    try:
        while data := conn.recv(4096):
            print(decoder.decode(data), end="", flush=True)
    except OSError:
        pass
    print("\nСервер закрыл соединение")


def main():
    conn = socket.create_connection((HOST, PORT))
    threading.Thread(target=show, args=(conn,), daemon=True).start()
    try:
        while True:
            conn.sendall((input() + "\n").encode())
    except (EOFError, KeyboardInterrupt, OSError):
        print("До встречи!")
    finally:
        conn.close()


if __name__ == "__main__":
    main()
