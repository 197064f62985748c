"""A student's notebook against the one that was handed out: cells that were copied, split, deleted or retyped, and the notebook put right.

Jupyter lets a student do all of that, and copies the marks of an exercise along: then a check finds two solutions, or none. Here each such
thing has a message that says what to do, and `mended` does it: nothing a student wrote is lost.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from grading.lessons.exercises import for_students, id_of, mark_of, to_solve
from grading.lessons.files import Notebook
from grading.lessons.normal import Cell
from grading.messages import _

Numbered = tuple[int, Cell]
"""A cell with its number, counted from 1."""


@dataclass(frozen=True)
class Finding:
    """Something wrong with one exercise, in words for the student: what, in which cells, and what to do."""

    id: str
    text: str


def inspected(notebook: Notebook, original: Notebook) -> list[Finding]:
    """Everything wrong with the exercises of `notebook`, in the order of `original`."""
    return [finding for cell in original["cells"] if id_of(cell) for finding in _findings(cell, _pieces(notebook, cell))]


def mended(notebook: Notebook, original: Notebook) -> Notebook:
    """The notebook with the cells of `original` in their order, the student's solutions in theirs, and all else the student has added:
    copies that do not count become cells of the student's own."""
    clean = for_students(original)
    known: set[int] = set()
    cells: list[Cell] = []
    for cell in clean["cells"]:
        pieces = _pieces(notebook, cell)
        source, numbers = (cell["source"], {number for number, _cell in pieces}) if _locked(cell) or not pieces else _text(cell, pieces)
        known |= numbers
        cells.append({**cell, "source": source})
    for number, cell in enumerate(notebook["cells"], 1):
        if number not in known:
            own = {**cell, "metadata": _unmarked(cell), "id": f"own-{number}"}
            cells.insert(_place(cells, notebook["cells"][: number - 1]), own)
    return {**clean, "cells": cells}


def _locked(cell: Cell) -> bool:
    """Whether a student is not to write into it: the cells that check."""
    return bool(id_of(cell)) and not to_solve(cell)


def _unmarked(cell: Cell) -> dict[str, object]:
    return {key: value for key, value in cell["metadata"].items() if key != "nbgrader"}


def _place(cells: Sequence[Cell], before: Sequence[Cell]) -> int:
    """Where a cell of the student's own goes: after the cell it stood behind, and what is there of the student's own already."""
    for number, cell in reversed(list(enumerate(before, 1))):
        for at, one in enumerate(cells):
            if one["id"] in (cell["id"], f"own-{number}") or (id_of(one) and id_of(one) == id_of(cell)):
                return at + 1
    return 0


# -- which cells of the student's belong to a cell of the original


def _pieces(notebook: Notebook, cell: Cell) -> list[Numbered]:
    """All that carry its mark; where none does, the cell that has its id in the file: marks get lost on the way through other programs."""
    numbered = list(enumerate(notebook["cells"], 1))
    marked = [(number, one) for number, one in numbered if id_of(cell) and id_of(one) == id_of(cell)]
    return marked or [(number, one) for number, one in numbered if one["id"] and one["id"] == cell["id"] and not id_of(one)]


def _worked_on(cell: Cell, pieces: Sequence[Numbered]) -> list[Numbered]:
    """Without what is there twice, and without what nobody has touched if something else was."""
    different = {piece["source"].strip(): (number, piece) for number, piece in reversed(pieces) if piece["source"].strip()}
    kept = sorted(different.values(), key=lambda one: one[0]) or list(pieces[:1])
    touched = [(number, piece) for number, piece in kept if piece["source"].strip() != cell["source"].strip()]
    return touched or kept


def _is_split(pieces: Sequence[Numbered]) -> bool:
    """Whether these are parts of one cell: side by side, each with names of its own, and only the first with a magic line."""
    if any(after != before + 1 for (before, _a), (after, _b) in pairwise(pieces)):
        return False
    if any(cell["source"].lstrip().startswith("%%") for _number, cell in pieces[1:]):
        return False
    names = [_defined(cell["source"]) for _number, cell in pieces]
    return all(not (one & other) for at, one in enumerate(names) for other in names[at + 1 :])


def _defined(source: str) -> set[str]:
    """What a cell defines; a part of a cell alone may be no Python, and then says nothing."""
    text = source.partition("\n")[2] if source.startswith("%%") else source
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return set()
    return {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}


def _text(cell: Cell, pieces: Sequence[Numbered]) -> tuple[str, set[int]]:
    """The student's text of a cell, and the numbers of the pieces that need not be kept beside it."""
    worked_on = _worked_on(cell, pieces)
    used = worked_on if len(worked_on) > 1 and _is_split(worked_on) else [_chosen(cell, worked_on)]
    left = {number for number, _cell in worked_on} - {number for number, _cell in used}
    return "\n".join(piece["source"] for _number, piece in used), {number for number, _cell in pieces} - left


def _chosen(cell: Cell, pieces: Sequence[Numbered]) -> Numbered:
    """Of several copies the one that counts: where the cell has always been, else the last."""
    return next((one for one in pieces if one[1]["id"] == cell["id"]), pieces[-1])


# -- what to say


def _findings(cell: Cell, pieces: Sequence[Numbered]) -> Iterator[Finding]:
    id, solves = id_of(cell), to_solve(cell)
    if not pieces:
        gone = _("ячейки для решения нет. Верните её («Edit», «Undo Delete Cells») или исправьте блокнот командой mend.")
        check = _("ячейки с проверкой нет. Верните её («Edit», «Undo Delete Cells») или исправьте блокнот командой mend.")
        yield Finding(id, gone if solves else check)
        return
    where = ", ".join(str(number) for number, _cell in pieces)
    if len(pieces) > 1:
        yield Finding(id, _several(cell, pieces, where))
    elif not id_of(pieces[0][1]) or mark_of(pieces[0][1]) != mark_of(cell):
        yield Finding(id, _("у ячейки {cell} пропала или изменилась отметка упражнения. Её вернёт команда mend.").format(cell=where))
    if wrong := [number for number, piece in pieces if piece["cell_type"] != cell["cell_type"]]:
        text = _("ячейка {cell} больше не код. Щёлкните слева от неё и нажмите Y.")
        yield Finding(id, text.format(cell=", ".join(map(str, wrong))))
    if not solves and any(piece["source"].strip() != cell["source"].strip() for _number, piece in pieces):
        text = _("ячейка {cell} с проверкой изменена. Оценивать будет исходная; её вернёт команда mend.")
        yield Finding(id, text.format(cell=where))


def _several(cell: Cell, pieces: Sequence[Numbered], where: str) -> str:
    worked_on = _worked_on(cell, pieces)
    if to_solve(cell) and len(worked_on) > 1 and _is_split(worked_on):
        return _("ячейка для решения разделена (ячейки {cells}). Выделите части и нажмите Shift+M, чтобы соединить их.").format(cells=where)
    chosen = _chosen(cell, worked_on)[0]
    text = _("ячейка скопирована (ячейки {cells}). Считается ячейка {chosen}: оставьте её, а остальные удалите.")
    return text.format(cells=where, chosen=chosen)
