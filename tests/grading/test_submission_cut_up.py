"""The right servers of the zoo as students hand them in: in listings, in cells, numbered, badly marked. All come out as they were."""

from __future__ import annotations

import ast
import json
import random
import textwrap
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from test_submission_samples import CLIENT_BARE, plant

from grading.submission import find

ROOT = Path(__file__).parents[2]
SERVERS = sorted((ROOT / "tests" / "zoo" / "right").glob("*.py"))
TRY = "import socket\nanna = socket.create_connection(('127.0.0.1', 9090))\nanna.sendall(b'hello')\n"
# The cut leaves a server that looks whole, or stands between what the server needs and what only the client in the same program does.
NOT_SEEN = {(way, name) for way in ("fences", "cells") for name in ("second_door_later", "asks_which_to_be")}


def code_of(path: Path) -> str:
    """The server without the docstring that says what it is."""
    text = path.read_text(encoding="utf-8")
    return "\n".join(text.split("\n")[ast.parse(text).body[0].end_lineno or 0 :]).lstrip("\n")


def cut(code: str, name: str) -> list[str]:
    """In three pieces, between statements of the module."""
    lines, starts = code.split("\n"), [node.lineno - 1 for node in ast.parse(code).body[1:]]
    places = sorted(random.Random(name).sample(starts, min(2, len(starts))))
    return ["\n".join(lines[first:last]).strip("\n") + "\n" for first, last in pairwise([0, *places, len(lines)])]


def fences(*pieces: str) -> str:
    return "\nДальше.\n\n".join(f"```python\n{piece}```\n" for piece in pieces)


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": cell, "metadata": {}} for cell in cells]})


def report(server: str) -> str:
    return f"# Сервер\n\n{server}\n# Клиент\n\n{fences(CLIENT_BARE)}"


def numbered(code: str) -> str:
    return "".join(f"{number:3} {line}".rstrip() + "\n" for number, line in enumerate(code.splitlines(), 1))


def item(code: str) -> str:
    server, client = (textwrap.indent(text, "    ") for text in (code, CLIENT_BARE))
    return f"1. Цель\n\nЧат.\n\n2. Код сервера\n\n{server}\n3. Код клиента\n\n{client}\n4. Вывод\n"


WAYS: dict[str, tuple[str, Callable[[str, str], str]]] = {
    "fences": ("r.md", lambda code, name: report(fences(*cut(code, name)))),
    "quoted": ("r.md", lambda code, name: report(fences(code, *cut(code, name)))),
    "cells": ("r.ipynb", lambda code, name: notebook(*cut(code, name), TRY, "print(anna.recv(9))")),
    "numbered": ("r.md", lambda code, name: report(fences(numbered(code)))),
    "item": ("r.txt", lambda code, name: item(code)),
    "bare": ("r.txt", lambda code, name: f"Отчёт\n2. Код сервера\n{code}\n3. Код клиента\n{CLIENT_BARE}\n4. Вывод\n"),
}


def said(text: str) -> list[str]:
    """Its lines but those that are empty or only print: cells that do no more may stay away."""
    return [line for line in text.split("\n") if line.strip() and not line.startswith("print(") and "kernel" not in line]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", SERVERS, ids=lambda path: path.stem)
def test_it_comes_out_as_it_was(tmp_path: Path, path: Path, way: str, request: pytest.FixtureRequest) -> None:
    if (way, path.stem) in NOT_SEEN:
        request.applymarker(pytest.mark.xfail(strict=True))
    code = code_of(path)
    name, written = WAYS[way]
    (found,) = find(plant(tmp_path, {name: written(code, path.stem)}) / name)
    assert found.problem is None
    assert said(found.files[found.server].decode()) == said(code)
