"""Чат на двоих без потоков: собеседники говорят по очереди, одна строка за ход.

Сервер ждёт строку от того, чей сейчас ход, передаёт её второму, и ход переходит.
Если кто-то ушёл, оставшийся ждёт нового собеседника и в новой паре говорит первым.
"""

import socket

HOST, PORT = "127.0.0.1", 5010
LONGEST_LINE = 64 * 1024  # строка длиннее — уже не разговор


class Guest:
    """Один собеседник: сокет и чтение из него целыми строками."""

    def __init__(self, conn, address):
        self.conn = conn
        self.address = address
        # makefile сам копит байты до "\n": и склеенные, и разрезанные на части строки приходят целыми
        self.lines = conn.makefile("rb")

    def hear(self):
        """Следующая строка вместе с "\\n"; b"" — собеседник ушёл."""
        try:
            line = self.lines.readline(LONGEST_LINE)
        except OSError:  # соединение оборвалось
            return b""
        return line if line.endswith(b"\n") else b""

    def say(self, line):
        try:
            self.conn.sendall(line)
        except OSError:
            pass  # ушёл; узнаем об этом, когда будет его ход

    def close(self):
        self.lines.close()
        self.conn.close()


def wait_for(server):
    """Дождаться ещё одного собеседника."""
    conn, address = server.accept()
    print("Пришёл", address)
    return Guest(conn, address)


def chat(server):
    room = []  # первым стоит тот, чей сейчас ход
    while True:
        while len(room) < 2:
            room.append(wait_for(server))
        speaker, listener = room
        line = speaker.hear()
        if line:
            listener.say(line)
            room.reverse()
        else:
            print("Ушёл", speaker.address)
            speaker.close()
            room.remove(speaker)


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # иначе после перезапуска порт был бы занят ещё минуту
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((HOST, PORT))
    server.listen()
    print(f"Жду двоих на {HOST}:{PORT}")
    try:
        chat(server)
    except KeyboardInterrupt:
        print("Сервер остановлен")
    finally:
        server.close()


if __name__ == "__main__":
    main()
