"""Повторяет разговор, на котором споткнулся чат-сервер: гости входят, говорят и уходят в том же порядке.

Запустите свой сервер, а потом, в другом окне: python ЭТОТ_ФАЙЛ [адрес] [порт]
Нужен только Python, ничего устанавливать не надо. Код возврата 0, если всё дошло, и 1, если нет.
"""

import contextlib
import os
import select
import socket
import struct
import sys
import time

# -- the conversation
PORT = 9090
EXPECTED = ""
ACTUAL = ""
STEPS: list[tuple[str, str, bytes]] = []
# -- end of the conversation

QUIET = 0.3  # столько секунд тишины значит: больше ничего не придёт
PATIENCE = 5.0  # столько секунд ждём одно сообщение, подключение или отправку


class Guest:
    """Один гость чата: его соединение и всё, что ему пришло."""

    def __init__(self, name: str, address: tuple[str, int]) -> None:
        self.name = name
        self.sock = socket.create_connection(address, PATIENCE)
        self.inbox = b""
        self.here = True

    def read(self) -> None:
        """Забирает то, что пришло, и показывает это."""
        try:
            data = self.sock.recv(65536)
        except OSError:
            data = b""
        self.inbox += data
        self.here = bool(data)
        print(f"      {self.name} получает: «{shown(data)}»" if data else f"      сервер закрыл соединение: {self.name}")

    def leave(self, abruptly: bool) -> None:
        """Уходит: вежливо или так, будто оборвалась связь."""
        if abruptly:
            linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.sock.close()
        self.here = False


def shown(data: bytes) -> str:
    """Байты так, чтобы их можно было прочесть в одной строке."""
    text = data.decode("utf-8", errors="backslashreplace")
    text = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)
    return text if len(text) <= 200 else f"{text[:120]}… (всего байт: {len(data)})"


def listen(guests: list[Guest], awaited: tuple[Guest, bytes] | None = None) -> None:
    """Читает за всех гостей, пока не станет тихо; если кто-то ждёт сообщения, то пока оно не придёт или не выйдет время."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if awaited and awaited[1] in awaited[0].inbox:
            return
        present = {guest.sock: guest for guest in guests if guest.here}
        if not present:
            return
        ready, _, _ = select.select(list(present), [], [], QUIET)
        if not ready and not awaited:
            return
        for sock in ready:
            present[sock].read()


def perform(what: str, name: str, data: bytes, guests: dict[str, Guest], address: tuple[str, int]) -> None:
    """Один шаг разговора."""
    everybody = list(guests.values())
    if what == "connects":
        print(f"{name} подключается")
        guests[name] = Guest(name, address)
    elif what == "says":
        print(f"{name} шлёт: «{shown(data)}»")
        try:
            guests[name].sock.sendall(data)
        except OSError as error:
            print(f"      не отправилось: {error}")
    elif what in ("leaves", "vanishes"):
        print(f"{name} уходит" if what == "leaves" else f"{name}: связь обрывается")
        guests[name].leave(abruptly=what == "vanishes")
    elif what == "hears":
        listen(everybody, (guests[name], data))
    else:
        listen(everybody)


def main() -> int:
    """Весь разговор; возвращает код возврата."""
    with contextlib.suppress(AttributeError, ValueError):
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]
    host = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
    port = int(sys.argv[2]) if len(sys.argv) > 2 else PORT
    guests: dict[str, Guest] = {}
    try:
        for what, name, data in STEPS:
            perform(what, name, data, guests, (host, port))
        listen(list(guests.values()))
    except OSError as error:
        print(f"Разговор не состоялся, {host}:{port}: {error}. Сервер запущен? Порт верный?")
        return 1
    wrong = [(name, data) for what, name, data in STEPS if what == "hears" and guests[name].inbox.count(data) != 1]
    print(f"\nОжидалось:     {EXPECTED}\nБыло получено: {ACTUAL}")
    for name, data in wrong:
        times = guests[name].inbox.count(data)
        print(f"Сейчас:        {name} " + (f"слышит «{shown(data)}», раз: {times}" if times else f"не слышит «{shown(data)}»"))
    if not wrong:
        print("Сейчас:        каждое сообщение, которого здесь ждали, дошло один раз")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
