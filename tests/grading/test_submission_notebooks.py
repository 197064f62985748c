"""Which server in a notebook is the student's: the marked one, the one written as server.py, the one in an exercise, or the one found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_submission_samples import BROADCAST, CLIENT_NAMED, TWO_USERS, plant

from grading.submission import Submission, find
from grading.submission.texts import read_source

STUB = "%%writefile chat.py\nimport socket\nraise NotImplementedError()\nsocket.socket().accept()\n"
MARKED = BROADCAST + "# это мой\n"


def cell(source: str, *, solution: bool = False, tags: list[str] | None = None, kind: str = "code") -> dict[str, Any]:
    mark = {"schema_version": 3, "solution": True, "grade": False, "locked": False, "task": False, "grade_id": f"ex-{len(source)}"}
    metadata = {"nbgrader": mark} if solution else {}
    return {"cell_type": kind, "source": source, "metadata": {**metadata, **({"tags": tags} if tags else {})}}


def handed_in(tmp_path: Path, *cells: dict[str, Any]) -> Submission:
    text = json.dumps({"cells": list(cells), "nbformat": 4})
    (found,) = find(plant(tmp_path, {"03_chat.ipynb": text}) / "03_chat.ipynb")
    return found


def source(found: Submission) -> str:
    return found.files[found.server].decode()


def test_a_marked_cell_comes_before_all_others(tmp_path: Path) -> None:
    cells = (
        cell("%%writefile server.py\n" + BROADCAST),
        cell(MARKED, tags=["server"]),
        cell("%%writefile chat.py\n" + BROADCAST, solution=True),
    )
    found = handed_in(tmp_path, *cells)
    assert found.problem is None
    assert "это мой" in source(found)
    assert found.notes == ("Проверяется сервер из ячейки 2; серверы из других ячеек (1, 3) остались в стороне.",)


def test_then_the_file_server_py_as_it_was_written_last(tmp_path: Path) -> None:
    cells = cell(BROADCAST), cell("%%writefile server.py\n" + TWO_USERS), cell("%%writefile server.py\n" + MARKED)
    found = handed_in(tmp_path, *cells)
    assert "это мой" in source(found)
    assert "Проверяется сервер из ячейки 3 (server.py)" in found.notes[0]


def test_a_file_that_is_written_bit_by_bit_is_whole(tmp_path: Path) -> None:
    head, tail = BROADCAST.split("def listen_to")
    found = handed_in(
        tmp_path,
        cell("%%writefile server.py\n" + head),
        cell("Дальше", kind="markdown"),
        cell("%%writefile -a server.py\ndef listen_to" + tail),
    )
    assert found.problem is None
    assert source(found).split() == BROADCAST.split()


def test_in_the_course_wrong_servers_to_look_at_are_not_the_students(tmp_path: Path) -> None:
    cells = [
        cell("%%writefile chat.py\n" + TWO_USERS),
        cell("def cut(text):\n    return text[:1]", solution=True),
        cell("%%writefile chat.py\n" + MARKED, solution=True),
        cell("%%writefile wrong.py\n" + BROADCAST),
        cell("%%writefile client.py\n" + CLIENT_NAMED),
        cell(STUB, solution=True),
    ]
    found = handed_in(tmp_path, *cells)
    assert "это мой" in source(found)
    assert "Проверяется сервер из ячейки 3 (chat.py)" in found.notes[0]
    assert found.clients == ("client.py",)


def test_of_several_solved_exercises_the_last_counts(tmp_path: Path) -> None:
    first, last = cell("%%writefile a.py\n" + TWO_USERS, solution=True), cell("%%writefile b.py\n" + MARKED, solution=True)
    assert "это мой" in source(handed_in(tmp_path, first, last, cell(STUB, solution=True)))


def test_exercises_that_nobody_has_done_are_no_server(tmp_path: Path) -> None:
    found = handed_in(tmp_path, cell("%%writefile chat.py\n" + BROADCAST), cell(STUB, solution=True))
    assert found.problem is not None
    assert found.problem.kind == "no-server"
    assert "вашего сервера пока нет" in found.problem.text


def test_a_notebook_of_the_students_own_is_searched(tmp_path: Path) -> None:
    found = handed_in(tmp_path, cell("print(1)"), cell(BROADCAST), cell(CLIENT_NAMED))
    assert (found.problem, found.notes) == (None, ())
    several = handed_in(tmp_path, cell(TWO_USERS), cell(BROADCAST))
    assert "ячейке 2 (многопользовательский)" in several.notes[0]


@pytest.mark.parametrize("metadata", [None, 5, {"tags": 5}, {"tags": [5]}, {"nbgrader": 5}, {"nbgrader": {"solution": "yes"}}])
def test_strange_metadata_is_no_metadata(tmp_path: Path, metadata: object) -> None:
    assert handed_in(tmp_path, {**cell(BROADCAST), "metadata": metadata}).problem is None


def test_what_a_server_needs_is_found_however_far_above_it_stands(tmp_path: Path) -> None:
    head, tail = BROADCAST.split("\n\n", 1)
    between = [cell(f"x{number} = {number}\nprint(x{number})") for number in range(100)]
    found = handed_in(tmp_path, cell(head), *between, cell(tail))
    assert source(found).split() == BROADCAST.split()


@pytest.mark.parametrize(
    "each", ["def f{n}(x):\n    return f{m}(x)", "x{n} = {n}\nprint(x{n})", BROADCAST + "# {n}\n", CLIENT_NAMED + "# {n}\n"]
)
def test_the_cost_of_putting_cells_together_grows_as_their_number_does(tmp_path: Path, each: str) -> None:
    """Whatever is tried together is parsed: that is what it costs."""

    def parsed(count: int) -> int:
        cells = [cell(each.replace("{n}", str(number)).replace("{m}", str(number + 1))) for number in range(count)]
        begun = read_source.cache_info().misses
        (tmp_path / str(count)).mkdir()
        handed_in(tmp_path / str(count), *cells, cell(BROADCAST.replace("decode()", "decode(f0)", 1)))
        return read_source.cache_info().misses - begun

    assert parsed(200) <= 2.5 * parsed(100) + 256  # so many are remembered
