"""The exercises of a notebook, as nbgrader marks them: a cell to be solved and the cell that checks it; and the editions made of them.

One notebook is the source of both: the teacher's, with solutions, and the student's, where a stub stands between the marks of a solution.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, Final

from grading.lessons.files import Notebook
from grading.lessons.normal import Cell, normal
from grading.lessons.shown import LessonError
from grading.messages import _

BEGIN: Final = "### BEGIN SOLUTION"
END: Final = "### END SOLUTION"
STUB: Final = "raise NotImplementedError()"
"""nbgrader's own stub for Python; its marks are the same, too."""


def mark_of(cell: Cell) -> dict[str, Any]:
    """What nbgrader knows of a cell, {} for one it does not care about."""
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def id_of(cell: Cell) -> str:
    """Its grade_id, "" for a cell that is part of no exercise."""
    mark = mark_of(cell)
    exercise = mark.get("solution") or mark.get("grade") or mark.get("task") or mark.get("locked")
    return str(mark.get("grade_id", "")) if exercise else ""


def to_solve(cell: Cell) -> bool:
    """Whether a student writes into it."""
    return bool(mark_of(cell).get("solution"))


def points_of(notebook: Notebook) -> float:
    """What all check cells of a notebook give together."""
    return sum(float(mark_of(cell).get("points", 0)) for cell in notebook["cells"] if mark_of(cell).get("grade"))


def for_teachers(notebook: Notebook) -> Notebook:
    """With solutions, nothing run yet: what nbgrader takes as its source. Raises LessonError where the student's could not be made."""
    for_students(notebook)
    return normal(notebook, outputs=False)


def for_students(notebook: Notebook) -> Notebook:
    """The same with a stub in place of each solution. Raises LessonError, with the cell, where the marks of a solution are wrong."""
    made = normal(notebook, outputs=False)
    for number, cell in enumerate(made["cells"], 1):
        if BEGIN in cell["source"] or END in cell["source"]:
            if not to_solve(cell):
                raise LessonError(_("Ячейка {cell}: решение отмечено, но в метаданных nbgrader нет solution.").format(cell=number))
            cell["source"] = stripped(cell["source"], number)
    return made


def stripped(source: str, number: int = 0) -> str:
    """The text of cell `number` without its solutions. Raises LessonError."""
    text = "\n".join(_stubbed(source.split("\n"), number))
    program = "\n".join(text.split("\n")[1:]) if text.startswith("%%") else text
    if not text.startswith("%%") or text.startswith("%%writefile"):
        try:
            ast.parse(program)
        except SyntaxError as error:
            wrong = _("Ячейка {cell}: без решения это не Python ({why}).")
            raise LessonError(wrong.format(cell=number, why=error.msg)) from error
    return text


def _stubbed(lines: list[str], number: int) -> Iterator[str]:
    inside = False
    for line in lines:
        begins, ends = BEGIN in line, END in line
        if (begins and inside) or (ends and not inside):
            raise LessonError(_("Ячейка {cell}: начало и конец решения стоят не парами.").format(cell=number))
        if begins:
            yield line[: len(line) - len(line.lstrip())] + STUB
        if not (inside or begins or ends):
            yield line
        inside = (inside or begins) and not ends
    if inside:
        raise LessonError(_("Ячейка {cell}: начало и конец решения стоят не парами.").format(cell=number))
