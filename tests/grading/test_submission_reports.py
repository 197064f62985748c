"""Listings of Markdown reports and notebooks put together into files; every line still knows its place in the report."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import pytest
from test_submission_samples import BROADCAST, CLIENT_BARE, CLIENT_NAMED, MATHS, PAGE, TWO_USERS, UDP_HELLO, plant

from grading.submission import Submission, find

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"


def report(tmp_path: Path, text: str | bytes, name: str = "task4.md") -> Submission:
    (submission,) = find(plant(tmp_path, {name: text}) / name)
    return submission


def fence(code: str, info: str = "python", mark: str = "```") -> str:
    return f"{mark}{info}\n{code}{mark}\n"


def indent(text: str, by: str = "    ") -> str:
    return textwrap.indent(text, by)


def in_list(code: str) -> str:
    return "1. Сервер:\n\n" + indent(fence(code), "   ") + "\n"


WAYS = {
    "python": fence(BROADCAST),
    "py": fence(BROADCAST, "py"),
    "Python 3": fence(BROADCAST, "Python3"),
    "tildes": fence(BROADCAST, "python", "~~~"),
    "no language": fence(BROADCAST, ""),
    "title": fence(BROADCAST, ' py title="server.py" linenums="1"'),
    "attributes": fence(BROADCAST, "{.python title='server.py'}"),
    "list item": in_list(BROADCAST),
    "indented": "Код:\n\n" + indent(BROADCAST),
    "tabs": fence(BROADCAST.replace("    ", "\t")),
    "details": "<details>\n<summary>server.py</summary>\n\n" + fence(BROADCAST) + "\n</details>\n",
    "details, no blank line": "<details>\n<summary>server.py</summary>\n" + fence(BROADCAST) + "</details>\n",
    "pre": "<pre><code>" + BROADCAST.replace("<", "&lt;") + "</code></pre>\n",
    "content tab": '=== "server.py"\n\n' + indent(fence(BROADCAST)),
    "admonition": "??? example\n\n" + indent(fence(BROADCAST)),
    "no-break spaces": fence(BROADCAST.replace("    ", "\u00a0" * 4)),
    "quote": "".join(f"> {line}\n" for line in fence(BROADCAST).splitlines()),
}


@pytest.mark.parametrize("listing", WAYS.values(), ids=WAYS)
def test_every_way_to_write_a_listing(tmp_path: Path, listing: str) -> None:
    found = report(tmp_path, f"# Задание 4\n\n{listing}\n## Клиент\n\n{fence(CLIENT_BARE)}\nКонец.\n")
    assert found.problem is None
    assert found.server == "server.py"
    assert [line for line in found.files["server.py"].decode().split() if line] == BROADCAST.split()


def test_a_fence_that_is_never_closed_ends_at_the_next_one(tmp_path: Path) -> None:
    found = report(tmp_path, f"```python\n{BROADCAST}\n## Клиент\n\n```python\n{CLIENT_BARE}")
    assert found.problem is None
    assert found.files["server.py"].decode().startswith(BROADCAST)
    assert found.files["client.py"].decode().rstrip() == CLIENT_BARE.rstrip()


@pytest.mark.parametrize("listing", WAYS.values(), ids=WAYS)
def test_every_line_knows_its_place(tmp_path: Path, listing: str) -> None:
    text = f"# Задание 4\n\n{listing}"
    found = report(tmp_path, text)
    lines, origin = text.split("\n"), found.origin["server.py"]
    for number, line in enumerate(found.files["server.py"].decode().removesuffix("\n").split("\n"), 1):
        if line.strip():
            assert line.split()[-1] in lines[origin.lines[number - 1] - 1].replace("\u00a0", " ")
            assert origin.where(number) == f"task4.md:{origin.lines[number - 1]}"
    assert origin.where(0) == origin.where(999) == ""


def test_the_client_is_told_by_what_it_does_not_by_order(tmp_path: Path) -> None:
    found = report(tmp_path, f"# Чат\n\n{fence(CLIENT_BARE)}\nи сервер\n\n{fence(BROADCAST)}")
    assert found.files[found.server].decode() == BROADCAST
    assert found.clients == ("client.py",)


def test_names_from_captions(tmp_path: Path) -> None:
    found = report(tmp_path, f"## Файл `chat.py`\n\nКод:\n\n{fence(BROADCAST)}\n## Файл user.py (все одинаковые)\n\n{fence(CLIENT_BARE)}")
    assert (found.server, found.clients) == ("chat.py", ("user.py",))


@pytest.mark.parametrize("name", ["socket.py", "../../etc/passwd.py", "/srv/server.py", "client.py"])
def test_a_name_that_cannot_be_right_is_not_used(tmp_path: Path, name: str) -> None:
    found = report(tmp_path, f"**{name}**\n\n{fence(BROADCAST)}")
    assert found.server in ("server.py", "root/server.py")
    assert not any(path.startswith(("/", "..")) for path in found.files)


def test_other_tasks_and_commands_are_left_out(tmp_path: Path) -> None:
    others = [fence(UDP_HELLO), fence(MATHS), fence(PAGE)]
    chat = ["# Задание 4\n", fence(BROADCAST), fence("python3 server.py\n", "bash"), fence(CLIENT_BARE)]
    found = report(tmp_path, "\n".join(others + chat))
    assert set(found.files) == {"server.py", "client.py"}
    assert found.files["server.py"].decode() == BROADCAST


def test_the_chat_of_many_is_preferred(tmp_path: Path) -> None:
    found = report(tmp_path, f"# Двое\n\n{fence(TWO_USERS)}\n# Многие\n\n{fence(BROADCAST)}")
    assert found.files["server.py"].decode() == BROADCAST
    assert "несколько серверов" in found.notes[0]


def test_a_server_of_several_modules(tmp_path: Path) -> None:
    head, tail = BROADCAST.split("door = ")
    server = f"import socket\nimport threading\nfrom room import people, listen_to\n\ndoor = {tail}"
    for caption in ("`room.py`:", "Модуль комнаты"):
        found = report(tmp_path, f"{caption}\n\n{fence(head)}\n`server.py`:\n\n{fence(server)}\n## Клиент\n\n{fence(CLIENT_BARE)}")
        assert found.problem is None
        assert set(found.files) == {"room.py", "server.py", "client.py"}


def test_a_server_shown_function_by_function(tmp_path: Path) -> None:
    head, tail = BROADCAST.split("def listen_to")
    text = f"# Сервер\n\nРассылка:\n\n{fence(head)}\nЧтение:\n\n{fence('def listen_to' + tail)}\n# Клиент\n\n{fence(CLIENT_BARE)}"
    found = report(tmp_path, text)
    assert found.problem is None
    assert found.files["server.py"].decode().split() == BROADCAST.split()
    assert found.origin["server.py"].lines[-1] == text[: text.index("# Клиент")].rstrip().count("\n")


def test_an_indented_listing_in_pieces(tmp_path: Path) -> None:
    head, tail = BROADCAST.split("def listen_to")
    text = f"## Сервер\n\n{indent(head)}\n\n\nчитаем в потоке\n\n{indent('def listen_to' + tail)}\n\n## Клиент\n\n{indent(CLIENT_BARE)}"
    found = report(tmp_path, text)
    assert found.problem is None
    assert found.files["server.py"].decode().split() == BROADCAST.split()


@pytest.mark.parametrize(
    ("raw", "noted"),
    [
        (("# Отчёт\r\n\r\n" + fence(BROADCAST)).replace("\n", "\r\n").encode(), False),
        (b"\xef\xbb\xbf" + fence(BROADCAST).encode(), False),
        (("# Отчёт о чате\n\n" + fence("# сервер\n" + BROADCAST)).encode("cp1251"), True),
        (("# Отчёт\n\n" + fence(BROADCAST)).encode("utf-16"), True),
    ],
    ids=["CRLF", "BOM", "cp1251", "utf-16"],
)
def test_encodings(tmp_path: Path, raw: bytes, noted: bool) -> None:
    found = report(tmp_path, raw)
    assert found.problem is None
    assert b"\r" not in found.files["server.py"]
    assert any("Кодировка" in note for note in found.notes) is noted


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty"),
        ("# Задание\n\nНапишите чат.\n", "not-python"),
        (f"# Клиент\n\n{fence(CLIENT_BARE)}", "no-server"),
        (f"# Страница\n\n{fence(PAGE)}", "no-server"),
    ],
)
def test_a_report_without_a_server(tmp_path: Path, text: str, kind: str) -> None:
    problem = report(tmp_path, text).problem
    assert problem is not None
    assert problem.kind == kind


def test_a_syntax_error_is_given_with_the_reports_line(tmp_path: Path) -> None:
    problem = report(tmp_path, "# Чат\n\n" + fence(BROADCAST.replace("while True:\n    person", "while True\n    person"))).problem
    assert problem is not None
    assert "ошибка: task4.md, строка 28: не хватает двоеточия" in problem.text
    assert problem.text.endswith("Вот эта строка: «while True».")


def test_a_text_that_is_nothing_but_the_program(tmp_path: Path) -> None:
    assert report(tmp_path, BROADCAST, "server.txt").problem is None


def cell(source: str, kind: str = "code") -> dict[str, object]:
    return {"cell_type": kind, "source": source.splitlines(keepends=True), "metadata": {}}


def test_a_notebook(tmp_path: Path) -> None:
    cells = [cell("# Чат", "markdown"), cell("%%bash\nls"), cell("%%writefile server.py\n" + BROADCAST), cell(CLIENT_NAMED)]
    found = report(tmp_path, json.dumps({"cells": cells, "nbformat": 4}), "chat.ipynb")
    assert (found.server, found.clients, found.facts.author) == ("server.py", ("client.py",), "client")
    assert found.origin["server.py"].where(2) == "chat.ipynb, ячейка 3, строка 2"


def test_a_server_spread_over_cells(tmp_path: Path) -> None:
    head, tail = BROADCAST.split("def listen_to")
    cells = [cell("!pip install x\n" + head), cell("Дальше чтение", "markdown"), cell("def listen_to" + tail)]
    found = report(tmp_path, json.dumps({"cells": cells}), "chat.ipynb")
    assert found.problem is None
    assert found.files["server.py"].decode().split() == BROADCAST.split()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"cells": 1}', '{"cells": [1, {"source": 5}]}', "[" * 100_000])
def test_what_is_no_notebook_is_a_problem(tmp_path: Path, text: str) -> None:
    assert report(tmp_path, text, "chat.ipynb").problem is not None


@pytest.mark.seeds
@pytest.mark.skipif(not SEEDS.is_dir(), reason="the five real reports are not here")
@pytest.mark.parametrize(
    ("number", "client", "lines", "author", "quit_words"),
    [
        ("000", "client.py", (11, 66), "client", ()),
        ("001", "user.py", (13, 84), "nobody", ()),
        ("002", "client.py", (19, 71), "nobody", ("quit",)),
        ("003", "client.py", (11, 59), "client", ()),
        ("004", "client.py", (14, 94), "client", ()),
    ],
)
def test_the_five_archetypes(number: str, client: str, lines: tuple[int, int], author: str, quit_words: tuple[str, ...]) -> None:
    (path,) = SEEDS.glob(f"{number}_*.txt")
    (found,) = find(path)
    assert found.problem is None
    assert (found.server, found.argv, found.clients) == ("server.py", ("server.py",), (client,))
    assert (found.origin["server.py"].lines[0], found.origin["server.py"].lines[-1]) == lines
    report_lines = path.read_text(encoding="utf-8").split("\n")
    for file, content in found.files.items():
        text = content.decode()
        compile(text, file, "exec")
        places = found.origin[file].lines
        assert all(line.strip() == report_lines[place - 1].strip() for line, place in zip(text.split("\n"), places, strict=False))
    facts = found.facts
    assert (facts.author, facts.quit_words, facts.transport) == (author, quit_words, "tcp")
    assert facts.uses_socket
    assert facts.threads
    assert not facts.engines
    assert not facts.missing
    assert not facts.hides
