"""Чат на двоих: один собеседник подключается по сети, второй сидит за клавиатурой сервера.

Читают сеть и клавиатуру два потока, поэтому говорить можно в любом порядке.
"""

import socket
import threading

HOST, PORT = "127.0.0.1", 5018


class Line:
    """Собеседник, который сейчас на связи; его может и не быть."""

    def __init__(self):
        self.conn = None
        self.lock = threading.Lock()

    def connect(self, conn):
        with self.lock:
            self.conn = conn

    def say(self, text):
        with self.lock:
            conn = self.conn
        if conn is None:
            print("Пока никого нет")
            return
        try:
            conn.sendall(f"{text}\n".encode())
        except OSError:
            print("Собеседник ушёл")


def type_to(line):
    """Поток клавиатуры."""
    try:
        while True:
            line.say(input())
    except EOFError:
        return


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # иначе после перезапуска порт был бы занят ещё минуту
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((HOST, PORT))
    server.listen()
    line = Line()
    threading.Thread(target=type_to, args=(line,), daemon=True).start()
    print(f"Жду собеседника на {HOST}:{PORT}")
    try:
        while True:
            conn, address = server.accept()
            print("Пришёл", address)
            line.connect(conn)
            with conn, conn.makefile("r", encoding="utf-8", errors="replace", newline="\n") as lines:
                try:
                    for text in lines:
                        print("Собеседник:", text.rstrip("\n"))
                except OSError:
                    pass  # связь оборвалась
            line.connect(None)
            print("Ушёл", address)
    except KeyboardInterrupt:
        print("Сервер остановлен")
    finally:
        server.close()


if __name__ == "__main__":
    main()
