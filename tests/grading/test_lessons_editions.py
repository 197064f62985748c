"""Notebooks as data: the normal form, the editions, and what students do to cells; none of it needs a kernel."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from grading.lessons.__main__ import main
from grading.lessons.exercises import for_students, for_teachers, points_of, stripped
from grading.lessons.files import read, write
from grading.lessons.mending import inspected, mended
from grading.lessons.normal import normal
from grading.lessons.running import must_have
from grading.lessons.shown import LessonError

SOLVED = (
    'def cut(text):\n    """Половина."""\n    ### BEGIN SOLUTION\n    half = len(text) // 2\n    return text[:half]\n    ### END SOLUTION'
)
STUB = 'def cut(text):\n    """Половина."""\n    raise NotImplementedError()'


def mark(id: str, *, solution: bool) -> dict[str, Any]:
    points = {} if solution else {"points": 2}
    return {
        "schema_version": 3,
        "grade": not solution,
        "solution": solution,
        "locked": not solution,
        "task": False,
        "grade_id": id,
        **points,
    }


def code(id: str, source: str, **metadata: Any) -> dict[str, Any]:
    return {"cell_type": "code", "id": id, "metadata": metadata, "source": source, "outputs": [], "execution_count": None}


def text(id: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": id, "metadata": {}, "source": source}


def book(*cells: dict[str, Any]) -> dict[str, Any]:
    return normal({"cells": list(cells)})


COURSE = book(
    text("top", "# Тетрадь"),
    code("sol", SOLVED, nbgrader=mark("ex-cut", solution=True)),
    code("chk", 'assert cut("ab") == "a"', nbgrader=mark("check-cut", solution=False)),
    text("end", "Конец"),
)


def students() -> dict[str, Any]:
    return for_students(copy.deepcopy(COURSE))


# -- normal form


def test_nothing_that_changes_from_run_to_run_is_kept() -> None:
    cell = code("a", ["x = 1\n", "x"], tags=["live"], collapsed=True, execution={"iopub.execute_input": "2026-01-01"})
    other = code("b", "object()")
    other["execution_count"] = 7
    other["outputs"] = [
        {"output_type": "stream", "name": "stdout", "text": ["one\n"]},
        {"output_type": "stream", "name": "stdout", "text": "two <f at 0x7f0a12345678>\n"},
        {
            "output_type": "execute_result",
            "execution_count": 7,
            "metadata": {"x": 1},
            "data": {"text/plain": ["<object at 0x7f00deadbeef>"]},
        },
        {
            "output_type": "error",
            "ename": "ValueError",
            "evalue": "плохо",
            "traceback": ["\x1b[31m---\x1b[0m", "Cell In[7], line 1", "плохо"],
        },
        {"output_type": "error", "ename": "NotYet", "evalue": "Пока", "traceback": ["Пока"]},
    ]
    cell["outputs"] = list(other["outputs"])
    made = normal({"cells": [cell, other], "metadata": {"language_info": {"version": "3.11.7"}}, "nbformat": 4, "nbformat_minor": 2})
    assert made["metadata"]["language_info"] == {"name": "python"}
    assert made["cells"][0]["outputs"] == []
    assert made["cells"][0]["metadata"] == {"tags": ["live"]}
    assert made["cells"][0]["source"] == "x = 1\nx"
    assert made["cells"][1]["execution_count"] is None
    assert made["cells"][1]["outputs"] == [
        {"output_type": "stream", "name": "stdout", "text": "one\ntwo <f at 0x…>\n"},
        {"output_type": "execute_result", "execution_count": None, "metadata": {}, "data": {"text/plain": "<object at 0x…>"}},
        {"output_type": "error", "ename": "ValueError", "evalue": "плохо", "traceback": ["ValueError: плохо"]},
        {"output_type": "error", "ename": "NotYet", "evalue": "Пока", "traceback": ["Пока"]},
    ]
    assert normal(made) == made


def test_a_notebook_is_written_as_jupyter_does_and_read_back(tmp_path: Path) -> None:
    write(tmp_path / "new" / "a.ipynb", COURSE)
    assert read(tmp_path / "new" / "a.ipynb") == COURSE
    raw = json.loads((tmp_path / "new" / "a.ipynb").read_text(encoding="utf-8"))
    assert raw["cells"][1]["source"][0] == "def cut(text):\n"


def test_who_lacks_the_extra_is_told_what_to_install() -> None:
    must_have(("json",))
    with pytest.raises(LessonError, match=r"не хватает: nbjunk, nbtrash. Установите их: pip install '\.\[notebooks\]'"):
        must_have(("json", "nbjunk", "nbtrash"))


# -- editions


def test_students_get_stubs_and_teachers_solutions() -> None:
    assert [cell["source"] for cell in students()["cells"]][1] == STUB
    assert for_teachers(COURSE)["cells"][1]["source"] == SOLVED
    assert points_of(COURSE) == 2


def test_a_magic_line_and_several_solutions_in_one_cell() -> None:
    source = (
        "%%writefile chat.py\nimport socket\n### BEGIN SOLUTION\na = 1\n### END SOLUTION\nb = 2\n### BEGIN SOLUTION\nc\n### END SOLUTION"
    )
    assert stripped(source) == "%%writefile chat.py\nimport socket\nraise NotImplementedError()\nb = 2\nraise NotImplementedError()"


@pytest.mark.parametrize(
    ("source", "metadata", "said"),
    [
        (SOLVED.replace("### END SOLUTION", ""), {"nbgrader": mark("a", solution=True)}, "не парами"),
        (SOLVED.replace("### BEGIN SOLUTION", ""), {"nbgrader": mark("a", solution=True)}, "не парами"),
        (SOLVED, {}, "нет solution"),
        ("if True:\n### BEGIN SOLUTION\n    pass\n### END SOLUTION", {"nbgrader": mark("a", solution=True)}, "это не Python"),
    ],
)
def test_a_solution_marked_wrongly_is_told_with_its_cell(source: str, metadata: dict[str, Any], said: str) -> None:
    with pytest.raises(LessonError, match=f"Ячейка 2: .*{said}"):
        for_students(book(text("top", "Раз"), code("sol", source, **metadata)))


# -- what students do to cells


def test_a_notebook_that_was_only_filled_in_is_in_order() -> None:
    mine = students()
    mine["cells"][1]["source"] = "def cut(text):\n    return 1"
    mine["cells"].insert(2, code("new", "print(cut('ab'))"))
    assert inspected(mine, students()) == []
    assert [cell["source"] for cell in mended(mine, COURSE)["cells"]] == [cell["source"] for cell in mine["cells"]]


def test_a_copied_cell_is_named_and_the_one_that_was_always_there_counts() -> None:
    mine = students()
    mine["cells"][1]["source"] = "def cut(text):\n    return text[:1]"
    mine["cells"].insert(2, {**mine["cells"][1], "id": "copy", "source": "def cut(text):\n    return 2"})
    (finding,) = inspected(mine, students())
    assert (finding.id, finding.text) == (
        "ex-cut", "ячейка скопирована (ячейки 2, 3). Считается ячейка 2: оставьте её, а остальные удалите.",
    )  # fmt: skip
    after = mended(mine, COURSE)
    assert [cell["source"] for cell in after["cells"][1:3]] == ["def cut(text):\n    return text[:1]", "def cut(text):\n    return 2"]
    assert "nbgrader" not in after["cells"][2]["metadata"]  # nothing that was written is lost
    assert inspected(after, students()) == []


def test_of_a_copy_and_an_untouched_stub_the_copy_counts() -> None:
    mine = students()
    mine["cells"].append({**mine["cells"][1], "id": "copy", "source": "def cut(text):\n    return 2"})
    assert "Считается ячейка 5" in inspected(mine, students())[0].text
    assert mended(mine, COURSE)["cells"][1]["source"] == "def cut(text):\n    return 2"


def test_a_split_cell_is_joined_again() -> None:
    mine = students()
    mine["cells"][1]["source"] = "def half(text):\n    return len(text) // 2"
    mine["cells"].insert(2, {**mine["cells"][1], "id": "part", "source": "def cut(text):\n    return text[:half(text)]"})
    assert inspected(mine, students())[0].text.startswith("ячейка для решения разделена (ячейки 2, 3).")
    after = mended(mine, COURSE)
    assert after["cells"][1]["source"] == "def half(text):\n    return len(text) // 2\ndef cut(text):\n    return text[:half(text)]"
    assert len(after["cells"]) == 4


def test_deleted_changed_and_retyped_cells_are_told_and_come_back() -> None:
    mine = students()
    del mine["cells"][1]
    mine["cells"][1]["source"] = "assert True"
    found = {finding.id: finding.text for finding in inspected(mine, students())}
    assert found["ex-cut"].startswith("ячейки для решения нет.")
    assert found["check-cut"].startswith("ячейка 2 с проверкой изменена.")
    assert mended(mine, COURSE) == students()
    mine = students()
    mine["cells"][1] = {**text("sol", "def cut(text): ..."), "metadata": mine["cells"][1]["metadata"]}
    assert "ячейка 2 больше не код" in inspected(mine, students())[0].text
    assert mended(mine, COURSE)["cells"][1]["cell_type"] == "code"


def test_marks_that_another_program_has_lost_come_back() -> None:
    mine = students()
    mine["cells"][1] |= {"metadata": {}, "source": "def cut(text):\n    return 1"}
    assert "пропала или изменилась отметка" in inspected(mine, students())[0].text
    after = mended(mine, COURSE)
    assert after["cells"][1]["source"] == "def cut(text):\n    return 1"
    assert inspected(after, students()) == []


# -- the command


def test_the_command_makes_editions_and_mends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = tmp_path / "01_cut.ipynb", tmp_path / "out"
    write(source, COURSE)
    assert main(["student", str(out), str(source)]) == 0
    assert read(out / "01_cut.ipynb") == students()
    assert main(["instructor", str(tmp_path / "full"), str(source)]) == 0
    assert main(["inspect", str(out / "01_cut.ipynb"), "--original", str(source)]) == 0
    mine = read(out / "01_cut.ipynb")
    mine["cells"].append({**mine["cells"][1], "id": "copy", "source": "def cut(text):\n    return 2"})
    write(out / "01_cut.ipynb", mine)
    assert main(["inspect", str(out / "01_cut.ipynb"), "--original", str(source)]) == 1
    assert main(["mend", str(out / "01_cut.ipynb"), str(tmp_path / "good.ipynb"), "--original", str(source)]) == 0
    assert main(["inspect", str(tmp_path / "good.ipynb"), "--original", str(source)]) == 0
    assert "ex-cut: ячейка скопирована (ячейки 2, 5)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["student", "{tmp}", "{tmp}/a.ipynb"], "исходный блокнот затирать нельзя"),
        (["student", "{tmp}/out", "{tmp}/none.ipynb"], "none.ipynb не читается"),
        (["inspect", "{tmp}/bad.ipynb"], "не похоже на блокнот Jupyter"),
        (["inspect", "{tmp}/a.ipynb"], "Блокнота a.ipynb в курсе нет"),
        (["mend", "{tmp}/a.ipynb", "{tmp}/bad.ipynb", "--original", "{tmp}/a.ipynb"], "уже есть"),
        (["student", "{tmp}/bad.ipynb/out", "{tmp}/a.ipynb"], "не записать"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a.ipynb", COURSE)
    (tmp_path / "bad.ipynb").write_text("[1]", encoding="utf-8")
    (tmp_path / "notebooks").mkdir()
    write(tmp_path / "notebooks" / "01.ipynb", COURSE)
    monkeypatch.chdir(tmp_path)
    assert main([argument.format(tmp=tmp_path) for argument in arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
