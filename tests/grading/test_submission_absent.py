"""Hand-ins without a server that can start: what is said of them is true, and says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_submission_samples import BROADCAST, CLIENT_BARE, plant

from grading import messages
from grading.engine import grade
from grading.options import Options
from grading.result import CheckResult, Verdict
from grading.submission import Submission, find
from grading.submission.client_programs import client_programs
from grading.submission.model import Problem

JAVA = "import java.util.Scanner;\n\npublic class Chat {\n    public static void main(String[] a) { new ServerSocket(1).accept(); }\n}\n"
CPP = "#include <iostream>\n#include <sys/socket.h>\nint main() { int s = socket(AF_INET, 1, 0); bind(s, 0, 0); }\n"
PARTS = "```python\nimport socket\nsock = socket.socket()\n```\n\n```python\nconn, address = sock.accept()\n```\n"


def fence(code: str, info: str = "python") -> str:
    return f"# Отчёт\n\n```{info}\n{code}```\n"


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell, "metadata": {}} for cell in cells]})


def handed_in(tmp_path: Path, name: str, text: str) -> Submission:
    (found,) = find(plant(tmp_path, {name: text}) / name)
    return found


def problem(found: Submission) -> Problem:
    assert found.problem is not None
    return found.problem


ABSENT = [
    ("r.md", fence(CLIENT_BARE), "no-server", "В отчёте r.md только клиент, сервера чата нет."),
    ("r.ipynb", notebook(CLIENT_BARE), "no-server", "В блокноте r.ipynb только клиент, сервера чата нет."),
    ("r.txt", CLIENT_BARE, "no-server", "В отчёте r.txt только клиент, сервера чата нет."),
    ("r.md", PARTS, "no-server", "В отчёте r.md код на Python есть, но сервера чата в нём нет."),
    ("r.md", fence(JAVA, "java"), "not-python", "листинги на Java, а не на Python"),
    ("r.md", fence(JAVA, ""), "not-python", "листинги на Java, а не на Python"),
    ("r.md", fence(CPP, "c++"), "not-python", "листинги на C++, а не на Python"),
    ("r.md", fence(CPP, ""), "not-python", "листинги на C++, а не на Python"),
    ("r.md", fence(CPP.replace("iostream", "stdio.h"), ""), "not-python", "листинги на C, а не на Python"),
    ("r.md", "# Отчёт\n\nЧат работает.\n", "not-python", "В отчёте r.md нет ни одного листинга на Python."),
    ("r.md", fence("ls -l\n", "bash"), "not-python", "В отчёте r.md нет ни одного листинга на Python."),
    ("r.ipynb", notebook("", "  \n"), "empty", "Блокнот r.ipynb пуст"),
    ("r.ipynb", notebook(), "empty", "Блокнот r.ipynb пуст"),
    ("r.ipynb", '{"cells": 5}', "empty", "Блокнот r.ipynb пуст"),
    ("r.md", " \n", "empty", "r.md пуст."),
]


@pytest.mark.parametrize(("name", "text", "kind", "words"), ABSENT)
def test_why_there_is_no_server(tmp_path: Path, name: str, text: str, kind: str, words: str) -> None:
    found = problem(handed_in(tmp_path, name, text))
    assert found.kind == kind
    assert words in found.text
    (in_folder,) = find(tmp_path)
    assert words in problem(in_folder).text


def test_a_mark_of_another_language_beside_python_says_nothing(tmp_path: Path) -> None:
    assert "код на Python есть" in problem(handed_in(tmp_path, "r.md", fence("int x;\n", "c") + PARTS)).text


def test_a_folder_with_only_a_client(tmp_path: Path) -> None:
    (found,) = find(plant(tmp_path, {"client.py": CLIENT_BARE}))
    assert problem(found).text == "Здесь только клиент (client.py), сервера чата нет."


def judged(found: Submission, check: str) -> CheckResult:
    """What comes of a check; nothing is started, for there is a problem."""
    report = grade(found, Options(checks=("starts", "uses-socket"), isolation="floor"))
    return next(result for result in report.checks if result.id == check)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(("name", "text"), [(name, text) for name, text, _, _ in ABSENT if text.strip()])
def test_what_to_do_does_not_speak_of_a_server_that_is_not_there(tmp_path: Path, name: str, text: str, language: str) -> None:
    messages.use(language)
    try:
        found = handed_in(tmp_path, name, text)
        starts, uses_socket = judged(found, "starts"), judged(found, "uses-socket")
    finally:
        messages.use("ru")
    assert starts.verdict is uses_socket.verdict is Verdict.FAILED
    assert not any(words in starts.advice for words in ("Запустите python", "Run python", "Start python"))
    assert "[starts]" in uses_socket.advice
    assert "socketserver" not in uses_socket.advice


def misspelt(head: str) -> str:
    return head + "\n" + BROADCAST.partition("\n")[2].replace("while True:", "while True", 1)


@pytest.mark.parametrize("head", ["import socket", "import threading, socket", "from socket import *"])
def test_a_mistake_takes_no_import_away(tmp_path: Path, head: str) -> None:
    found = handed_in(tmp_path, "server.py", misspelt(head))
    assert problem(found).kind == "syntax"
    assert judged(found, "uses-socket").verdict is Verdict.PASSED


@pytest.mark.parametrize("head", ["import socketserver", "import threading", "import socket\nfrom flask_socketio import SocketIO"])
def test_nor_does_it_give_one(tmp_path: Path, head: str) -> None:
    result = judged(handed_in(tmp_path, "server.py", misspelt(head)), "uses-socket")
    assert result.verdict is Verdict.FAILED
    assert "кода сервера" not in result.actual


def test_a_missing_module_is_named_whole(tmp_path: Path) -> None:
    found = handed_in(tmp_path, "server.py", "from helpers.frames import send\n" + BROADCAST)
    assert problem(found).text.startswith("Модуль helpers.frames не найден (server.py, строка 1)")
    (listing,) = find(plant(tmp_path, {"r.md": fence("from helpers.frames import send\n" + BROADCAST)}) / "r.md")
    assert problem(listing).text.startswith("Модуль helpers.frames не найден (r.md, строка 4)")


# -- server and client in one listing


def test_files_one_below_the_other_in_one_listing_are_two(tmp_path: Path) -> None:
    both = f"# ------ server.py ------\n{BROADCAST}\n# ------ client.py ------\n{CLIENT_BARE}"
    text = fence(both)
    found = handed_in(tmp_path, "r.md", text)
    assert (found.server, found.clients) == ("server.py", ("client.py",))
    assert found.files["client.py"].decode().rstrip().endswith(CLIENT_BARE.rstrip())
    assert "connect" not in found.files["server.py"].decode()
    assert text.split("\n")[found.origin["client.py"].lines[0] - 1] == "# ------ client.py ------"


def test_a_client_in_the_servers_own_program_is_not_called_missing(tmp_path: Path) -> None:
    one = BROADCAST.replace("door = ", "if input() == 'client':\n    socket.create_connection(('127.0.0.1', 7070))\ndoor = ")
    assert client_programs(handed_in(tmp_path, "server.py", one)) == (
        [],
        "клиент — часть той же программы, что и сервер: отдельно проверка его не запускает",
    )
    assert client_programs(handed_in(tmp_path / "2", "server.py", BROADCAST)) == ([], "клиента среди сданных файлов нет")
