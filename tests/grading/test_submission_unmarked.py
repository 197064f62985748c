"""Listings that copying has numbered, and those that nothing marks for a listing."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from test_submission_samples import BROADCAST, CLIENT_BARE, TWO_USERS, plant

from grading.submission import Submission, find
from grading.submission.numbering import unnumbered

HEAD, TAIL = BROADCAST.split("def listen_to")


def report(tmp_path: Path, text: str, name: str = "otchet.md") -> Submission:
    (found,) = find(plant(tmp_path, {name: text}) / name)
    return found


def numbered(code: str, form: Callable[[int], str], first: int = 1) -> str:
    return "".join(f"{form(number)}{line}".rstrip() + "\n" for number, line in enumerate(code.splitlines(), first))


FORMS: dict[str, Callable[[int], str]] = {
    "1: ": lambda n: f"{n}: ",
    "1. ": lambda n: f"{n}. ",
    "1) ": lambda n: f"{n}) ",
    "1 | ": lambda n: f"{n} | ",
    " 1  ": lambda n: f"{n:2}  ",
    "1   in a column": lambda n: f"{n:<4}",
    "01 ": lambda n: f"{n:02} ",
    "1<TAB>": lambda n: f"{n}\t",
    "  1: ": lambda n: f"{n:>3}: ",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("first", [1, 98])
def test_the_numbers_of_the_lines_are_no_code(tmp_path: Path, form: Callable[[int], str], first: int) -> None:
    text = f"# Сервер\n\n```python\n{numbered(BROADCAST, form, first)}```\n\n# Клиент\n\n```python\n{numbered(CLIENT_BARE, form)}```\n"
    found = report(tmp_path, text)
    assert found.problem is None
    assert found.files["server.py"].decode() == BROADCAST
    assert found.files["client.py"].decode() == CLIENT_BARE
    assert found.origin["server.py"].lines[0] == 4


def test_numbers_that_go_on_from_listing_to_listing(tmp_path: Path) -> None:
    form, second = FORMS[" 1  "], "def listen_to" + TAIL
    pieces = numbered(HEAD, form), numbered(second, form, len(HEAD.splitlines()) + 1)
    found = report(tmp_path, "# Сервер\n\n" + "\nпродолжение листинга\n\n".join(f"```\n{piece}```\n" for piece in pieces))
    assert found.problem is None
    assert found.files["server.py"].decode().split() == BROADCAST.split()


def test_empty_lines_may_have_none_and_one_line_may_be_broken() -> None:
    lines = "1 a = 1\n2 b = [\n3     1,\n\n4 ]\n5 c = 1\n6 d = 2\n7 e = 3\n8 f = 4\n9 g = 5\n".splitlines()
    assert unnumbered(lines)[:5] == [" a = 1", " b = [", "     1,", "", " ]"]


@pytest.mark.parametrize("text", ["1 a\n2 b", "1 a\n2 b\n2 c\n7 d", "1 a\nb\nc\n2 d", "a\nb\nc", "1.5 a\n2.5 b\n3.5 c", ""])
def test_other_numbers_stay(text: str) -> None:
    assert unnumbered(text.split("\n")) == text.split("\n")


def test_where_only_a_part_is_numbered_the_error_names_the_numbers(tmp_path: Path) -> None:
    half = numbered(HEAD, FORMS["1. "]) + "def listen_to" + TAIL
    problem = report(tmp_path, f"```python\n{half}```\n").problem
    assert problem is not None
    assert "номера строк" in problem.text
    other = report(tmp_path / "2", f"```python\n{BROADCAST.replace('while True:', 'while True', 1)}```\n").problem
    assert other is not None
    assert "номера" not in other.text


def test_a_numbered_listing_with_a_mistake_has_the_reports_line(tmp_path: Path) -> None:
    text = f"# Чат\n\n```python\n{numbered(BROADCAST.replace('True:', 'True', 1), FORMS['1 | '])}```\n"
    problem = report(tmp_path, text).problem
    assert problem is not None
    line = next(number for number, line in enumerate(text.split("\n"), 1) if line.endswith("while True"))
    assert f"otchet.md, строка {line}" in problem.text
    assert "«while True»" in problem.text


# -- listings that nothing marks

TITLES = ["2. Код сервера", "2) Код сервера", "- Код сервера", "* server.py"]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("name", ["otchet.txt", "otchet.md"])
def test_an_indented_listing_below_the_item_of_a_list(tmp_path: Path, title: str, name: str) -> None:
    server, client = (textwrap.indent(code, "    ") for code in (BROADCAST, CLIENT_BARE))
    text = f"Отчёт\n\n1. Задача\n\nСделать чат.\n\n{title}\n\n{server}\n3. Код клиента\n\n{client}\n4. Вывод: работает.\n"
    found = report(tmp_path, text, name)
    assert found.problem is None
    assert found.files["server.py"].decode().rstrip() == BROADCAST.rstrip()
    assert found.files["client.py"].decode().rstrip() == CLIENT_BARE.rstrip()
    lines = text.split("\n")
    places = found.origin["server.py"].lines
    for line, place in zip(BROADCAST.split("\n"), places, strict=False):
        assert lines[place - 1].strip() == line.strip()


@pytest.mark.parametrize("end", ["4. Вывод: работает.", "Вывод", "Вывод: хороший", "Рисунок 1 (экран)"])
def test_a_listing_that_is_not_even_indented(tmp_path: Path, end: str) -> None:
    text = f"Отчёт\nКод сервера\n{BROADCAST}\nКод клиента:\n{CLIENT_BARE}\n{end}\n"
    found = report(tmp_path, text, "otchet.txt")
    assert found.problem is None
    assert found.files["server.py"].decode().rstrip() == BROADCAST.rstrip()
    assert found.files["client.py"].decode().rstrip() == CLIENT_BARE.rstrip()
    assert found.origin["server.py"].lines[0] == 3


def test_a_listing_that_is_marked_comes_first(tmp_path: Path) -> None:
    found = report(tmp_path, f"1. Набросок\n\n{textwrap.indent(BROADCAST, '    ')}\nИтог:\n\n```python\n{TWO_USERS}```\n")
    assert found.files["server.py"].decode().rstrip() == TWO_USERS.rstrip()


def test_a_long_text_without_a_program_is_soon_given_up(tmp_path: Path) -> None:
    assert report(tmp_path, "import это не программа\nа проза\n" * 5000, "otchet.txt").problem is not None
