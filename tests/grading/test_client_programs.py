"""Which client programs can be run at a terminal, what their command lines want, and what they are answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from grading.keyboard import answer_of_client
from grading.submission import Submission, find
from grading.submission.client_programs import client_programs, other_port

SERVER = b"""import socket
s = socket.socket()
s.bind(("127.0.0.1", 9090))
s.listen()
guests = []
while True:
    conn, _ = s.accept()
    guests.append(conn)
    for other in guests:
        other.send(conn.recv(1024))
"""
CONNECT = b"import socket\ns = socket.socket()\ns.connect(('127.0.0.1', 9090))\ns.send(input().encode())\n"


def submission(folder: Path, **files: bytes) -> Submission:
    for name, content in {"server": SERVER, **files}.items():
        (folder / f"{name}.py").write_bytes(content)
    (found,) = find(folder)
    return found


def paths(folder: Path, **files: bytes) -> list[str]:
    programs, _ = client_programs(submission(folder, **files))
    return [program.path for program in programs]


def test_one_client_is_everybodys(tmp_path: Path) -> None:
    assert paths(tmp_path, client=CONNECT) == ["client.py"]


@pytest.mark.parametrize("names", [("client1", "client2"), ("user_1", "user_2"), ("client_a", "client_b"), ("clientA", "clientB")])
def test_numbered_clients_are_one_for_each(tmp_path: Path, names: tuple[str, str]) -> None:
    assert paths(tmp_path, **dict.fromkeys(names, CONNECT)) == [f"{name}.py" for name in names]


def test_of_other_clients_the_first_is_taken(tmp_path: Path) -> None:
    assert paths(tmp_path, client=CONNECT, robot=CONNECT) == ["client.py"]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (b"import tkinter\n" + CONNECT, "tkinter"),
        (b"from PyQt5.QtWidgets import QApplication\n" + CONNECT, "PyQt5"),
        (b"import curses\n" + CONNECT, "curses"),
        (b"import prompt_toolkit\n" + CONNECT, "prompt_toolkit"),
        (b"print 'chat'\n" + CONNECT, "синтаксическая ошибка"),
    ],
)
def test_a_client_that_cannot_be_run_is_said_why(tmp_path: Path, source: bytes, why: str) -> None:
    programs, reason = client_programs(submission(tmp_path, client=source))
    assert programs == []
    assert why in reason


def test_no_client_is_said(tmp_path: Path) -> None:
    assert client_programs(submission(tmp_path)) == ([], "клиента среди сданных файлов нет")


@pytest.mark.parametrize(
    ("source", "wants"),
    [
        ("host, port = sys.argv[1], int(sys.argv[2])", ("host", "port")),
        ("PORT = int(sys.argv[1])", ("port",)),
        ("nick = sys.argv[1]", ("name",)),
        ("name, host, port = sys.argv[1:]", ("name", "host", "port")),
        ("_, address, port = sys.argv", ("host", "port")),
        ("s.connect((sys.argv[1], int(sys.argv[2])))", ("host", "port")),
        ("host = sys.argv[1] if len(sys.argv) > 1 else 'localhost'", ("host",)),
        ("print(sys.argv[0])", ()),
        ("pass", ()),
    ],
)
def test_what_a_command_line_is_for(tmp_path: Path, source: str, wants: tuple[str, ...]) -> None:
    (program,), _ = client_programs(submission(tmp_path, client=b"import sys\n" + CONNECT + source.encode()))
    assert program.wants == wants


def test_a_client_in_a_folder_of_its_own_starts_there(tmp_path: Path) -> None:
    (tmp_path / "client").mkdir()
    (tmp_path / "client" / "main.py").write_bytes(CONNECT)
    (program,), _ = client_programs(submission(tmp_path))
    assert (program.cwd, program.argv) == ("client", ("main.py",))


def test_another_port_is_one_that_the_code_names(tmp_path: Path) -> None:
    lab = submission(tmp_path, client=CONNECT)
    assert other_port(lab, 9999)
    assert not other_port(lab, 9090)


def test_a_client_without_a_port_of_its_own_goes_to_no_other(tmp_path: Path) -> None:
    assert not other_port(submission(tmp_path, client=CONNECT.replace(b"9090", b"int(input())")), 9999)


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("Введите IP-адрес сервера: ", "127.0.0.2"),
        ("Host: ", "127.0.0.2"),
        ("Введите порт: ", "4000"),
        ("Введите ip:port сервера: ", "127.0.0.2:4000"),
        ("Type your name: \r\n", "Vera"),
        ("Добро пожаловать!\nВведите ваш никнейм: ", "Vera"),
        ("Представьтесь: ", "Vera"),
        ("Введите сообщение: ", None),
        ("> ", None),
        ("Подключение успешно!", None),
        ("", None),
        ("Куда звоним (по умолчанию localhost:7007)? ", "127.0.0.2:4000"),
        ("Адрес [127.0.0.1:9000]: ", "127.0.0.2:4000"),
        ("Сервер [127.0.0.1]: ", "127.0.0.2"),
        ("Порт [9000]: ", "4000"),
        ("Вы на сервере (127.0.0.1:9000). Ваше имя: ", "Vera"),
    ],
)
def test_questions_of_a_client(question: str, reply: str | None) -> None:
    assert answer_of_client(question, "127.0.0.2", 4000, "Vera") == reply


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        ("Соединяем с 127.0.0.1:9000 под именем Vera? (да/нет) ", "да"),
        ("Подключиться к серверу? (д/н) [д]: ", "д"),
        ("Join localhost:9000? [Y/n] ", "y"),
        ("Ready <NO | YES>: ", "YES"),
        ("Всё верно, да или нет? ", "да"),
        ("Запустить как сервер? (y/n) ", "n"),
        ("Сменить адрес? (да/нет) ", "нет"),
        ("Выйти? (д/н) ", "н"),
    ],
)
def test_a_client_that_asks_for_consent_is_let_in(question: str, reply: str) -> None:
    assert answer_of_client(question, "127.0.0.2", 4000, "Vera") == reply


@pytest.mark.parametrize(
    ("menu", "reply"),
    [
        ("=== МЕНЮ ===\n1 - войти\n2 - сменить сервер (127.0.0.1:6000)\n0 - выход\nЧто делаем: ", "1"),
        ("1) quit\n2) settings\n3) join the chat\n> ", "3"),
        ("[н] Настройки [в] Войти [к] Конец: ", "в"),
        ("1. Подключиться к серверу\n2. Создать сервер\n> ", "1"),
        ("1 - сервер, 2 - клиент: ", "2"),
        ("1. Написать сообщение\n2. Выйти\nВаш выбор: ", None),  # of somebody in the chat
        ("1. Вход свободный\n2. Для выхода наберите /exit\nВаше имя: ", "Vera"),
        ("1. Войти\n> ", None),  # nothing to choose from
        ("1 - войти\n2 - выйти\n" + "." * 2000 + "\n> ", None),  # hostile text must not keep the patterns busy
    ],
)
def test_of_a_clients_menu_the_way_in_is_chosen(menu: str, reply: str | None) -> None:
    assert answer_of_client(menu, "127.0.0.2", 4000, "Vera") == reply
