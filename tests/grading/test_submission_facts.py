"""What the source says: imports, engines, missing and hidden modules, quit words, who puts the name before a text; and lab.toml."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_submission_samples import BROADCAST, CLIENT_BARE, CLIENT_NAMED, TWO_USERS, UDP_CHAT, plant

from grading.errors import ConfigError
from grading.submission import SourceFacts, Submission, find, syntax_problem
from grading.submission.authorship import author_of
from grading.submission.quitwords import quit_words


def one(path: Path, teacher: Path | None = None) -> Submission:
    (submission,) = find(path, teacher)
    return submission


def facts(tmp_path: Path, server: str, **others: str) -> SourceFacts:
    return one(plant(tmp_path, {"server.py": server, **{f"{name}.py": text for name, text in others.items()}})).facts


def test_the_facts_of_a_plain_chat(tmp_path: Path) -> None:
    found = facts(tmp_path, BROADCAST, client=CLIENT_BARE)
    assert [place.name for place in found.imports] == ["socket", "threading"]
    assert (found.uses_socket, found.threads, found.select, found.asyncio, found.transport) == (True, True, False, False, "tcp")
    assert (found.quit_words, found.client_quit_words, found.author) == (("/bye",), ("/bye",), "nobody")
    assert facts(tmp_path / "udp", UDP_CHAT).transport == "udp"


@pytest.mark.parametrize(("line", "reads"), [("input()", True), ("sys.stdin", True), ("os.read(0, 9)", True), ("os.read(door, 9)", False)])
def test_who_reads_the_keyboard(tmp_path: Path, line: str, reads: bool) -> None:
    assert facts(tmp_path, BROADCAST + f"def more():\n    {line}\n").keyboard is reads


@pytest.mark.parametrize(
    ("line", "engine"),
    [
        ("import socketserver", "socketserver"),
        ("from http.server import HTTPServer", "http.server"),
        ("import http.server as web", "http.server"),
        ("from flask import Flask", "flask"),
        ("from multiprocessing.connection import Listener", "multiprocessing.connection"),
        ("import multiprocessing.connection as pipes; pipes.Listener(('', 1))", "multiprocessing.connection"),
        ("import asyncio\nasyncio.start_server(print, 'localhost', 1)", "asyncio.start_server"),
        ("from asyncio import open_connection", "asyncio.open_connection"),
        ("import asyncio\nloop = asyncio.get_event_loop()\nloop.create_server(print)", "loop.create_server"),
    ],
)
def test_engines_are_named_with_their_line(tmp_path: Path, line: str, engine: str) -> None:
    found = facts(tmp_path, BROADCAST + line + "\n")
    assert [(place.name, place.line) for place in found.engines] == [(engine, BROADCAST.count("\n") + 1 + line.count("\n"))]


@pytest.mark.parametrize(
    "line",
    [
        "import select",
        "import asyncio\nasyncio.get_event_loop().sock_recv(door, 9)",
        "socket.create_server(('', 1))",
        "from multiprocessing.connection import wait",
        "import multiprocessing.connection\nmultiprocessing.connection.wait([door])",
    ],
)
def test_raw_sockets_are_no_engine(tmp_path: Path, line: str) -> None:
    assert facts(tmp_path, BROADCAST + line + "\n").engines == ()


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("from socket import *\ns = socket(AF_INET, SOCK_STREAM)\n", True),
        ("from socket import socket as S\ns = S()\n", True),
        ("import socket as net\ns = net.socket()\n", True),
        ("import socket\n", False),
    ],
)
def test_whether_the_socket_library_is_used(tmp_path: Path, text: str, uses: bool) -> None:
    assert facts(tmp_path, text + "s.bind(('', 1)); s.listen(); s.accept()\n").uses_socket is uses


def test_missing_modules(tmp_path: Path) -> None:
    head = "import loguru, colorama\ntry:\n    import uvloop\nexcept ImportError:\n    pass\nimport rooms\n"
    lab = one(plant(tmp_path, {"server.py": head + BROADCAST, "rooms.py": "def f():\n    import numpy\n"}))
    assert [(place.name, place.file, place.line) for place in lab.facts.missing] == [("numpy", "rooms.py", 2)]
    assert lab.problem is None  # it may never come to it
    lab = one(plant(tmp_path, {"rooms.py": "import pygame\n"}))
    assert lab.problem is not None
    assert (lab.problem.kind, lab.problem.file, lab.problem.line, lab.problem.source) == ("missing-module", "rooms.py", 1, "import pygame")


def test_the_kit_itself_is_not_importable(tmp_path: Path) -> None:
    problem = one(plant(tmp_path, {"server.py": "from reference.room import Room\n" + BROADCAST})).problem
    assert problem is not None
    assert problem.kind == "missing-module"


def test_a_file_that_hides_a_module(tmp_path: Path) -> None:
    found = facts(tmp_path, BROADCAST, socket="# my notes\n")
    assert [(place.name, place.file) for place in found.hides] == [("socket", "socket.py")]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("while True:\n    m = c.recv(9)\n    if m == b'/quit':\n        break\n", ("/quit",)),
        ("while True:\n    if m.lower() in ('exit', 'quit'):\n        c.close()\n", ("exit", "quit")),
        ("while m != 'стоп':\n    m = c.recv(9).decode()\n", ("стоп",)),
        ("END = 'END'\nif m == END:\n    remove(c)\n", ("END",)),
        ("if m.startswith('/leave'):\n    users.remove(c)\n", ("/leave",)),
        ("match m:\n    case 'bye':\n        c.close()\n", ("bye",)),
        ("while self.on:\n    if m == '/q':\n        Guest.on = False\n", ("/q",)),
        ("while not over:\n    if m == '/q':\n        over = True\n    elif m == '/loud':\n        loud = True\n", ("/q",)),
        ("def goodbye(c):\n    c.close()\nif words[0] == '/ушёл':\n    goodbye(c)\n", ("/ушёл",)),
        ("def talk(c):\n    c.recv(9)\n    c.close()\nif m == 'hello':\n    talk(c)\n", ()),
        ("if m == 'NICK':\n    c.send(name)\n", ()),
        ("if __name__ == '__main__':\n    quit()\n", ()),
        ("s.bind(1)\nm = input()\nif m == 'stop':\n    s.close()\n", ()),
        ("if not m or m == '':\n    c.close()\n", ()),
    ],
)
def test_quit_words(code: str, words: tuple[str, ...]) -> None:
    assert quit_words([code.encode()]) == words


def test_usual_words_of_farewell_are_tried_first_wherever_text_is_compared_with_them(tmp_path: Path) -> None:
    commands = "if m == 'NICK':\n    c.close()\ndef do_bye(): pass\ndef do_say(): pass\ngetattr(self, 'do_' + m.lower())()\n"
    assert facts(tmp_path, BROADCAST + commands).quit_words == ("/bye", "bye", "NICK")


LOOP = "while True:\n    text = input()\n    "


@pytest.mark.parametrize(
    ("code", "author"),
    [
        (CLIENT_BARE, "nobody"),
        (CLIENT_NAMED, "client"),
        (f"nick = input()\n{LOOP}s.send((nick + ': ' + text).encode())\n", "client"),
        (f"nick = input()\n{LOOP}s.send('{{}}: {{}}'.format(nick, text).encode())\n", "client"),
        (f"nick = input()\n{LOOP}s.send(('%s: %s' % (nick, text)).encode())\n", "client"),
        (f"who = input()\n{LOOP}s.send(json.dumps({{'name': who, 'text': text}}).encode())\n", "client"),
        ("who = sys.argv[1]\ndef talk():\n    while True:\n        s.send(f'{who}: {input()}'.encode())\n", "client"),
        ("nick = input('?').strip()\nwhile True:\n    s.send(f'{nick}: {input()}'.encode())\n", "client"),
        (f"{LOOP}s.send(text.strip().encode())\n", "nobody"),
        (f"{LOOP}s.send(f'[{{datetime.now()}}] {{text}}'.encode())\n", "nobody"),
        (f"{LOOP}s.send(f'{{text}}\\n'.encode())\n", "nobody"),
        (f"{LOOP}s.send((f'{{len(text):4}}' + text).encode())\n", "nobody"),
        ("def talk(name):\n    while True:\n        s.sendall(bytes(f'{name}> ' + input(), 'utf-8'))\ntalk(input())\n", "client"),
        ("def say(text):\n    s.send(text.encode())\nwhile True:\n    say(input())\n", "nobody"),
        ("def click(event):\n    s.send(f'{nick}: {entry.get()}'.encode())\nentry.bind('<Return>', click)\n", "client"),
        ("s.send(b'hello')\n", ""),
        ("def talk():\n    who = input()\n    while True:\n        s.send(f'{who}: {input()}'.encode())\n", "client"),
        ("x = input()\n" + "x = x + x + x\n" * 300 + "while True:\n    s.send(x)\n", ""),  # gives up, soon
        ("def broken(:\n", ""),
    ],
)
def test_who_puts_the_name_before_a_text(code: str, author: str) -> None:
    assert author_of(code.encode()) == author


def test_without_a_client_nobody_knows(tmp_path: Path) -> None:
    assert facts(tmp_path, BROADCAST).author == ""


def test_syntax_problem_minds_the_encoding() -> None:
    good = {"server.py": "# -*- coding: cp1251 -*-\nprint('привет')\n".encode("cp1251")}
    assert syntax_problem(good, "server.py") is None
    problem = syntax_problem({"server.py": "import os\nprint('привет')\n".encode("cp1251")}, "server.py")
    assert problem is not None
    assert (problem.kind, problem.line) == ("syntax", 2)
    assert "UTF-8" in problem.text
    assert syntax_problem({"server.py": b"\xef\xbb\xbfx = 1\r\n"}, "server.py") is None


# --- how a server is started


def started(tmp_path: Path, files: dict[str, str | bytes]) -> tuple[str, tuple[str, ...]]:
    lab = one(plant(tmp_path, files))
    assert lab.problem is None
    return lab.cwd, lab.argv


RELATIVE = "from .rooms import people\n" + BROADCAST
ROOMS = "people = []\n"


def test_modules_beside_the_server(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"src/server.py": "from rooms import people\n" + BROADCAST, "src/rooms.py": ROOMS}
    assert started(tmp_path, files) == ("src", ("server.py",))


def test_a_package_is_started_from_the_folder_above(tmp_path: Path) -> None:
    assert started(tmp_path, {"chat/server.py": RELATIVE, "chat/rooms.py": ROOMS}) == ("", ("-m", "chat.server"))


def test_a_package_handed_in_without_the_folder_above(tmp_path: Path) -> None:
    lab = one(plant(tmp_path / "student-1", {"server.py": RELATIVE, "rooms.py": ROOMS, "client.py": CLIENT_BARE}))
    assert (lab.cwd, lab.argv, lab.server, lab.clients) == ("", ("-m", "lab.server"), "lab/server.py", ("lab/client.py",))
    assert set(lab.files) == {"lab/server.py", "lab/rooms.py", "lab/client.py"}


def test_absolute_imports_from_the_folder_above(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"chat/server.py": "from common.rooms import people\n" + BROADCAST, "common/rooms.py": ROOMS}
    assert started(tmp_path, files) == ("", ("-m", "chat.server"))


def test_the_file_that_starts_is_the_server(tmp_path: Path) -> None:
    body = "class Server:\n    def run(self):\n" + "".join(f"        {line}\n" for line in BROADCAST.splitlines())
    start = "from engine import Server\n\nif __name__ == '__main__':\n    Server().run()\n"
    assert started(tmp_path, {"engine.py": body, "start.py": start}) == ("", ("start.py",))


def test_a_client_that_borrows_from_the_server_is_a_client(tmp_path: Path) -> None:
    lab = one(plant(tmp_path, {"server.py": BROADCAST, "client.py": "from server import people\n" + CLIENT_BARE}))
    assert (lab.server, lab.clients) == ("server.py", ("client.py",))


# --- lab.toml


def test_lab_toml(tmp_path: Path) -> None:
    settings = """
[launch]
file = "pair.py"
args = ["--port", "9090"]
stdin = ["9090", "yes"]
[dialect]
prompt = "NICK"
echo = true
[variant]
name = "two-user"
"""
    lab = one(plant(tmp_path, {"lab.toml": settings, "pair.py": TWO_USERS, "server.py": BROADCAST}))
    assert (lab.server, lab.argv) == ("pair.py", ("pair.py", "--port", "9090"))
    assert (lab.settings.stdin, lab.settings.variant) == ("9090\nyes\n", "two-user")
    assert lab.settings.dialect == {"prompt": "NICK", "echo": True}
    assert "dialect.prompt" in lab.settings.by_student


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[dialect]\necho = true\nprmpt = "NICK"', 3, "«prompt»"),
        ("[dialekt]\n", 1, "«dialect»"),
        ("[dialect]\necho = 1", 2, "true или false"),
        ('[dialect]\n\nnamed_by = "promt"', 3, "«prompt»"),
        ('[dialect]\nframing = "length-3"', 2, "length-4"),
        ('[dialect]\nframing = "lines-to"', 2, "lines, lines-in, lines-out"),
        ('[dialect]\nsays = "MSG:text"', 2, "{text}"),
        ('[dialect]\nhello = "NICK"', 2, "{name}"),
        ("[launch]\nargs = 'x'", 2, "списком строк"),
        ("[launch]\nfile = '../x.py'", 2, "внутри работы"),
        ("[launch]\nfile = 'lost.py'", 2, "нет файла"),
        ("[launch]\ncwd = 'lost'", 2, "нет папки"),
        ("launch = 1", 1, "разделом"),
        ("[launch]\nfile = \n", 2, "TOML"),
        ("[launch", 1, "TOML"),
    ],
)
def test_a_mistake_in_lab_toml_has_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    problem = one(plant(tmp_path, {"lab.toml": text, "server.py": BROADCAST})).problem
    assert problem is not None
    assert (problem.kind, problem.file, problem.line) == ("config", "lab.toml", line), problem.text
    assert words in problem.text


def test_the_teachers_word_wins_and_his_mistakes_are_loud(tmp_path: Path) -> None:
    lab = plant(tmp_path / "labs/ivanov", {"server.py": BROADCAST, "lab.toml": "[dialect]\necho = true\nprompt = 'A'\n"})
    teacher = plant(tmp_path / "teacher", {"ivanov.toml": "[dialect]\nprompt = 'B'\n", "lab.toml": "[variant]\nname = 'udp'\n"})
    settings = one(lab, teacher).settings
    assert settings.dialect == {"echo": True, "prompt": "B"}
    assert settings.by_student == {"dialect.echo"}
    assert one(lab, teacher / "lab.toml").settings.variant == "udp"
    plant(teacher, {"ivanov.toml": "[dialect]\nprmpt = 'B'\n"})
    with pytest.raises(ConfigError, match=r"ivanov\.toml:2: .*prompt"):
        find(lab, teacher)


def test_lab_toml_marks_the_root_of_a_lab(tmp_path: Path) -> None:
    plant(tmp_path, {"a/lab.toml": "", "a/deep/er/server.py": BROADCAST, "b/server.py": BROADCAST})
    assert [lab.path.rpartition("/")[2] for lab in find(tmp_path)] == ["a", "b"]
