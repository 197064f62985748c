"""A program shown in pieces is one program: in a report fence by fence, in a notebook cell by cell; what is only quoted is not joined."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from test_submission_samples import BROADCAST, CLIENT_BARE, plant

from grading.engine import sources
from grading.submission import Submission, find

HALL = '''\
import socket
import threading


class Hall:
    """Все, кто в чате."""

    def __init__(self, port):
        self.door = socket.socket()
        self.door.bind(("127.0.0.1", port))
        self.door.listen()
        self.people = []

    def pass_on(self, data, author):
        for person in self.people:
            if person is not author:
                person.sendall(data)

    def listen_to(self, person):
        while True:
            data = person.recv(1024)
            if not data:
                break
            self.pass_on(data, person)
        self.people.remove(person)

    def open(self):
        while True:
            person, _ = self.door.accept()
            self.people.append(person)
            threading.Thread(target=self.listen_to, args=(person,)).start()


Hall(7073).open()
'''
CLIENT = """\
import socket
import threading

sock = socket.socket()
sock.connect(("127.0.0.1", 7073))


def show():
    while True:
        print(sock.recv(1024).decode())


threading.Thread(target=show, daemon=True).start()
while True:
    sock.sendall(input().encode())
"""


def cut(text: str, *starts: str) -> list[str]:
    """The text in pieces, each starting with the line that starts so."""
    places = [0, *(text.index("\n" + start) + 1 for start in starts), len(text)]
    return [text[first:last] for first, last in pairwise(places)]


def fences(*pieces: str, between: str = "Дальше:") -> str:
    return f"\n{between}\n\n".join(f"```python\n{piece}```\n" for piece in pieces)


def report(tmp_path: Path, text: str) -> Submission:
    (found,) = find(plant(tmp_path, {"otchet.md": text}) / "otchet.md")
    return found


def code(found: Submission, file: str = "") -> list[str]:
    """The lines that are not empty."""
    return [line for line in found.files[file or found.server].decode().split("\n") if line.strip()]


def lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


METHODS = ["    def pass_on", "    def listen_to", "    def open", "Hall("]
SHOWN = {
    "each method": METHODS,
    "two pieces": METHODS[2:3],
    "only the start apart": METHODS[3:],
    "in the middle of a method": ["            data = person.recv", "    def open"],
    "in the middle of a loop's head": ["            if person is not"],
}


@pytest.mark.parametrize("starts", SHOWN.values(), ids=SHOWN)
@pytest.mark.parametrize("indentation", ["    ", "\t"], ids=["spaces", "tabs"])
def test_a_class_in_pieces_keeps_its_indentation(tmp_path: Path, starts: list[str], indentation: str) -> None:
    pieces = [piece.replace("    ", indentation) for piece in cut(HALL, *starts)]
    text = f"# Сервер\n\n{fences(*pieces)}\n# Клиент\n\n{fences(CLIENT_BARE)}"
    found = report(tmp_path, text)
    assert found.problem is None
    assert code(found) == lines(HALL.replace("    ", indentation))
    assert set(found.files) == {"server.py", "client.py"}
    handed_in = text.split("\n")
    for line, place in zip(found.files["server.py"].decode().split("\n"), found.origin["server.py"].lines, strict=False):
        assert not line or line == handed_in[place - 1]


@pytest.mark.parametrize("mark", ["import socket\n", ""])
def test_a_client_in_two_pieces_is_one_client(tmp_path: Path, mark: str) -> None:
    first, second = cut(CLIENT, "threading.Thread")
    found = report(tmp_path, f"# Сервер\n\n{fences(HALL)}\n# Клиент\n\n{fences(mark + first, second)}")
    assert code(found) == lines(HALL)
    assert code(found, "client.py") == lines(mark + CLIENT)


QUOTED = {
    "a method": "    def pass_on(self, data, author):\n        ...\n",
    "a loop": "        for person in self.people:\n            if person is not author:\n                person.sendall(data)\n",
    "changed": "    for guest in everybody:\n        guest.sendall(data)\n",
    "another use": "person, address = door.accept()\n",
}


@pytest.mark.parametrize("piece", QUOTED.values(), ids=QUOTED)
def test_what_is_quoted_from_a_whole_program_is_not_added_to_it(tmp_path: Path, piece: str) -> None:
    found = report(tmp_path, f"# Сервер\n\n{fences(HALL, piece, between='Рассмотрим подробнее:')}\n# Клиент\n\n{fences(CLIENT, piece)}")
    assert code(found) == lines(HALL)
    assert code(found, "client.py") == lines(CLIENT)


def test_pieces_first_and_the_whole_program_below(tmp_path: Path) -> None:
    found = report(tmp_path, f"# Сервер\n\n{fences(*cut(HALL, *METHODS[:2]))}\n# Весь код\n\n{fences(HALL)}")
    assert code(found) == lines(HALL)


def test_two_servers_under_one_heading_stay_two(tmp_path: Path) -> None:
    found = report(tmp_path, f"# Сервер\n\n{fences(BROADCAST, HALL, CLIENT)}")
    assert code(found) in (lines(BROADCAST), lines(HALL))
    assert code(found, "client.py") == lines(CLIENT)


# -- cells of a notebook

START = "worker = threading.Thread(target=run, daemon=True)\nworker.start()\ntime.sleep(0.2)\n"
IMPORTS, ROOM, RUN = cut("import time\n" + BROADCAST, "people", "door")
RUN = "def run():\n" + "".join(f"    {line}\n" for line in RUN.splitlines())
TRY = "anna = socket.create_connection(('127.0.0.1', 7070))\nboris = socket.create_connection(('127.0.0.1', 7070))\n"
CELLS = [
    IMPORTS,
    "import math\nprint(math.pi)\n",
    ROOM,
    RUN,
    START,
    TRY,
    "anna.sendall('привет'.encode())\nprint(boris.recv(100), people)\n",
]


def notebook(tmp_path: Path, *cells: str | dict[str, Any]) -> Submission:
    made = [cell if isinstance(cell, dict) else {"cell_type": "code", "source": cell, "metadata": {}} for cell in cells]
    (found,) = find(plant(tmp_path, {"chat.ipynb": json.dumps({"cells": made})}) / "chat.ipynb")
    return found


def test_the_cells_of_a_server_are_put_together_without_those_that_try_it_out(tmp_path: Path) -> None:
    found = notebook(tmp_path, *CELLS)
    assert found.problem is None
    assert code(found)[: len(lines(IMPORTS + ROOM + RUN + START))] == lines(IMPORTS + ROOM + RUN + START)
    assert (found.clients, set(found.files)) == ((), {"server.py"})
    assert "из ячеек 1, 3, 4, 5" in found.notes[0]
    assert "%%writefile server.py" in found.notes[0]
    number = found.files["server.py"].decode().split("\n").index("def run():") + 1
    assert found.origin["server.py"].where(number) == "chat.ipynb, ячейка 4, строка 1"
    assert found.facts.uses_socket


def test_a_report_shows_the_code_cell_by_cell_and_nothing_that_nobody_wrote(tmp_path: Path) -> None:
    shown = sources(notebook(tmp_path, *CELLS))
    assert list(shown) == [f"chat.ipynb, ячейка {cell}" for cell in (1, 3, 4, 5)]
    assert shown["chat.ipynb, ячейка 5"] == dict(enumerate(START.split("\n"), 1))


def test_a_daemon_thread_lives_as_long_as_the_kernel_does(tmp_path: Path) -> None:
    """As a program the server would end where its last cell does."""
    assert code(notebook(tmp_path / "1", *CELLS))[-1].startswith("[thread.join()")
    assert "thread.join()" not in code(notebook(tmp_path / "2", IMPORTS, ROOM, RUN, "run()\n"))[-1]
    assert "thread.join()" not in code(notebook(tmp_path / "3", "%%writefile server.py\n" + IMPORTS + ROOM + RUN + START))[-1]


def test_what_the_kernels_loop_would_run_is_run(tmp_path: Path) -> None:
    server = "async def main():\n" + "".join(f"    {line}\n" for line in cut(BROADCAST, "door")[1].splitlines())
    for start in ("await main()", "task = asyncio.create_task(main())"):
        found = notebook(tmp_path / start[:4], "import asyncio\n" + IMPORTS, ROOM, server, start)
        assert found.problem is None
        assert code(found)[-1] in ("asyncio.run(main())", "asyncio.run((main()))")


def test_a_socket_made_cell_by_cell(tmp_path: Path) -> None:
    made, bound, loop = cut(cut(BROADCAST, "door")[1], "door.bind", "while")
    found = notebook(tmp_path, IMPORTS, ROOM, made, bound, loop)
    assert code(found) == lines("import time\n" + BROADCAST)


def test_a_marked_cell_is_the_students_word(tmp_path: Path) -> None:
    marked = {"cell_type": "code", "source": BROADCAST, "metadata": {"tags": ["server"]}}
    found = notebook(tmp_path, "import math\n", marked, "print(people, math.pi)\n")
    assert code(found) == lines(BROADCAST)


def test_a_cell_that_only_tries_the_server_out_is_no_client(tmp_path: Path) -> None:
    found = notebook(tmp_path, "%%writefile server.py\n" + BROADCAST, "%%writefile client.py\n" + CLIENT, "import socket\n" + TRY)
    assert found.clients == ("client.py",)
    typed = notebook(tmp_path / "2", "%%writefile server.py\n" + BROADCAST, *cut(CLIENT, "threading.Thread"), "import socket\n" + TRY)
    assert code(typed, "client.py") == lines(CLIENT)
