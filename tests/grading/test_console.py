"""A guest at the server's keyboard, and what is typed there for him."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from grading.console import ConsoleLink
from grading.keyboard import NAME, answer, asks_for_name


class Fake:
    """A student's process: what it printed, and a pipe to its keyboard."""

    def __init__(self, printed: bytes = b"") -> None:
        self.printed = printed
        self.keyboard, self.stdin = os.pipe()
        os.set_blocking(self.stdin, False)

    def output(self) -> bytes:
        return self.printed

    def read(self) -> bytes:
        return os.read(self.keyboard, 1 << 20)


@pytest.fixture
def server() -> Iterator[Fake]:
    made = Fake(b"waiting for you\n")
    yield made
    os.close(made.keyboard)
    os.close(made.stdin)


def sit_down(server: Fake) -> ConsoleLink:
    return ConsoleLink(server)  # type: ignore[arg-type]


@pytest.mark.parametrize("said", ["привет", "привет\n"])
def test_what_is_said_is_one_line_typed(server: Fake, said: str) -> None:
    assert sit_down(server).send(said.encode()) == len(said.encode())
    assert server.read() == "привет\n".encode()


def test_what_is_printed_from_now_on_is_heard(server: Fake) -> None:
    link = sit_down(server)
    link.drain(1000)
    assert link.inbox == b""
    server.printed += b"Anna: hello\n"
    link.drain(1000)
    link.drain(1000)
    assert link.inbox == b"Anna: hello\n"


def test_a_full_keyboard_takes_nothing(server: Fake) -> None:
    link = sit_down(server)
    while link.send(bytes(4000)):
        pass
    server.read()
    assert link.send(b"again") == 5


@pytest.mark.linux
def test_what_was_typed_and_not_read_can_still_move(server: Fake) -> None:
    link = sit_down(server)
    assert link.state(None) == ((0, 0), True)
    link.send(b"hello")
    assert link.state(None) == ((0, 6), True)
    server.read()
    assert link.state(None) == ((0, 0), True)


def test_nobody_sits_there_any_more(server: Fake) -> None:
    link = sit_down(server)
    link.close()
    with pytest.raises(ConnectionError):
        link.send(b"hello")
    assert link.state(None) == ((0, 0), True)
    assert link.over


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("Введите ваше имя: ", True),
        ("Жду\nEnter your name: ", True),
        ("Ваш ник> ", True),
        ("Имя клиента: Анна\n", False),  # printed, and nothing is asked
        ("Введите имя: \n> ", False),
        ("Сообщение для username: ", False),
        ("участник: ", False),
        ("", False),
    ],
)
def test_a_question_for_the_name_is_told_from_other_prompts(output: str, name: bool) -> None:
    assert asks_for_name(output) is name


@pytest.mark.parametrize(("output", "reply"), [("Имя: ", NAME), ("Host name: ", "127.0.0.1"), ("Порт: ", "9090"), ("Пароль: ", None)])
def test_what_a_server_asks_before_it_listens_is_answered(output: str, reply: str | None) -> None:
    assert answer(output) == reply


MENUS = [
    ("Кто вы?\n  1 - сервер\n  2 - клиент\nВаш выбор: ", "1"),
    ("1. Подключиться к серверу\n2. Создать сервер\n> ", "2"),
    ("1) Клиент\n2) Сервер\nНомер: ", "2"),
    ("[1] Сервер [2] Клиент: ", "1"),
    ("1 сервер 2 клиент: ", "1"),
    ("сервер - 1, клиент - 2: ", "1"),
    ("Mode? 1 = Client, 2 = Server > ", "2"),
    ("s - start server, j - join: ", "s"),
    ("(S)erver or (C)lient? ", "S"),
    ("Сервер (s) или клиент (c)? ", "s"),
    ("server/client: ", "server"),
    ("Клиент или сервер? ", "сервер"),
    ("Запустить как сервер? (y/n) ", "y"),
    ("0) exit\n1) server\n2) client\nHow many players (max 9)? ", "1"),  # a menu is nearer than a number it may speak of
]


@pytest.mark.parametrize(("asked", "reply"), MENUS, ids=[reply + " of " + asked[:20] for asked, reply in MENUS])
def test_of_two_roles_the_servers_is_chosen(asked: str, reply: str) -> None:
    assert answer(asked) == reply


NO_MENUS = [
    ("1 - сервер\n2 - клиент\nПорт: ", "9090"),
    ("Порт сервера: ", "9090"),
    ("Адрес сервера для клиента: ", "127.0.0.1"),
    ("Имя клиента на сервере: ", NAME),
    ("Сколько клиентов на сервере: ", "10"),
    ("Чат: сервер и клиент.\nВаше имя: ", NAME),
    ("Сервер: 127.0.0.1\nКлиентов: 5\nКоманда> ", None),
    ("12:30:05 server started\n12:30:05 no clients\n> ", None),
    ("1 - сервер\n2 - сервер с журналом\n> ", None),
]


@pytest.mark.parametrize(("asked", "reply"), NO_MENUS)
def test_what_only_mentions_both_is_no_menu(asked: str, reply: str | None) -> None:
    assert answer(asked) == reply


def test_of_a_long_output_only_the_end_is_a_menu() -> None:
    menu = "1 - сервер, 2 - клиент\n"
    assert answer(menu + "> ") == "1"
    assert answer(menu + "." * 2000 + "\n> ") is None  # hostile text must not keep the patterns busy
