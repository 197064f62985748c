"""What a notebook of the course must be like, apart from running: its order, its lengths, its exercises. `python -m tests.notebook_rules`.

A Markdown cell has 20 to 60 words; headings, code and the rows of tables count for nothing. One with a list or a table (questions, what to
try, an overview) may have up to 120, and as few as it likes; so may the first and the last, which only say where one is. A code cell has at
most 12 lines, one that holds a whole server or a class as its solution 30.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from grading.lessons.exercises import BEGIN, END, for_students, id_of, mark_of, to_solve
from grading.lessons.files import read
from grading.lessons.normal import LIVE
from grading.lessons.shown import LessonError
from grading.lessons.terms import terms

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PROSE, LIST = (20, 60), (0, 120)
WORDS = (900, 2500)
LINES, SERVER_LINES = 12, 30
EXERCISES, QUESTIONS = 3, 5
ALIKE = 4
"""Lines of code, one right after the other, that also stand so in the reference: more than two people write alike by chance."""

Cell = dict[str, Any]
_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")
_ITEM = re.compile(r"^\s*(?:[-*]|\d+[.)])\s", re.M)
_ROW = re.compile(r"^\s*\|.*$", re.M)
_TERM = re.compile(r"\*\*[^*\n]+\*\* \(\*[^*\n]+\*[,;)]")
ENDING = ("Словарь", "Вопросы для самопроверки", "Что попробовать")


def findings(path: Path) -> Iterator[str]:
    """Everything that is wrong with a notebook, as "file: cell: what"."""
    try:
        notebook = read(path)
        for_students(notebook)
    except LessonError as error:
        yield f"{path.name}: {error}"
        return
    cells = notebook["cells"]
    for number, cell in enumerate(cells, 1):
        before = cells[number - 2] if number > 1 else None
        for what in [*_of_cell(cell, before, number in (1, len(cells))), *_of_exercise(number, cells)]:
            yield f"{path.name}: {number}: {what}"
    for what in _of_whole(cells):
        yield f"{path.name}: {what}"


def words(text: str) -> int:
    """Words of prose: of Cyrillic or Latin letters, outside of listings, headings and tables."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)
    return len(_WORD.findall(_ROW.sub("", re.sub(r"^#.*$", "", text, flags=re.M))))


# -- one cell


def _of_cell(cell: Cell, before: Cell | None, at_an_end: bool) -> Iterator[str]:
    source = cell["source"]
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", cell["id"]):
        yield f"id {cell['id']!r}"
    if cell["cell_type"] == "markdown":
        listed = _ITEM.search(source) or _ROW.search(source)
        least, most = LIST if listed or at_an_end else PROSE
        if not least <= words(source) <= most:
            yield f"{words(source)} words, not {least} to {most}"
        return
    lines = [line for line in source.split("\n") if line.strip() and BEGIN not in line and END not in line]
    most = SERVER_LINES if to_solve(cell) and re.search(r"\.accept\(|create_server|start_server|^class ", source, re.M) else LINES
    if len(lines) > most:
        yield f"{len(lines)} lines of code, not {most}"
    checks = bool(mark_of(cell).get("grade"))  # it belongs to the exercise before it
    if not checks and (before is None or before["cell_type"] != "markdown"):
        yield "no prose before it"
    if LIVE in cell["metadata"].get("tags", ()) and cell["outputs"]:
        yield "measures live, and yet has outputs"
    if copied := _copied(lines):
        yield f"stands in the reference, to be quoted: {copied}"


def _copied(lines: Sequence[str]) -> str:
    """The first of several lines in a row that stand in the reference just so, "" if none do."""
    bare = [line.strip() for line in lines]
    for at in range(len(bare) - ALIKE + 1):
        if tuple(bare[at : at + ALIKE]) in _reference():
            return bare[at]
    return ""


@cache
def _reference() -> frozenset[tuple[str, ...]]:
    """Every so many lines in a row of the reference, blanks around them apart."""
    runs = set()
    for path in (ROOT / "reference").rglob("*.py"):
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        runs |= {tuple(lines[at : at + ALIKE]) for at in range(len(lines) - ALIKE + 1)}
    return frozenset(runs)


# -- exercises


def _of_exercise(number: int, cells: Sequence[Cell]) -> Iterator[str]:
    cell = cells[number - 1]
    mark = mark_of(cell)
    if not mark:
        return
    id = str(mark.get("grade_id", ""))
    if not re.fullmatch(r"[A-Za-z0-9_-]+", id):
        yield f"grade_id {id!r}"
    if mark.get("schema_version") != 3:
        yield "no nbgrader metadata of version 3"
    if sum(id_of(one) == id for one in cells) != 1:
        yield f"grade_id {id} is there more than once"
    if to_solve(cell):
        follower = next((one for one in cells[number:] if one["cell_type"] == "code" and mark_of(one)), None)
        if follower is None or not mark_of(follower).get("grade"):
            yield "no check after this solution"
        if BEGIN not in cell["source"]:
            yield "no marks of a solution"
    elif mark.get("grade"):
        if not mark.get("locked") or not mark.get("points"):
            yield "a check is locked and has points"
        if not re.search(r"\bcheck\(|\bassert\b", cell["source"]):
            yield "checks nothing"


# -- the whole


def _of_whole(cells: Sequence[Cell]) -> Iterator[str]:
    prose = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
    total = sum(map(words, prose))
    if not WORDS[0] <= total <= WORDS[1]:
        yield f"{total} words, not {WORDS[0]} to {WORDS[1]}"
    if sum(to_solve(cell) for cell in cells) < EXERCISES:
        yield f"fewer than {EXERCISES} exercises"
    headings = [line.lstrip("#").strip() for text in prose for line in text.split("\n") if line.startswith("#")]
    last = [heading for heading in headings if heading.startswith(ENDING)]
    if [next(end for end in ENDING if heading.startswith(end)) for heading in last] != list(ENDING):
        yield f"does not end with {', '.join(ENDING)}, but with {', '.join(headings[-3:])}"
    questions = next((text for text in prose if ENDING[1] in text), "")
    if len(re.findall(r"^\d+[.)]", questions, re.M)) != QUESTIONS:
        yield f"not {QUESTIONS} questions"
    if not any(re.search(r"\bglossary\(", cell["source"]) for cell in cells if cell["cell_type"] == "code"):
        yield "no glossary"
    if len(_TERM.findall("\n".join(prose))) < EXERCISES:
        yield "no terms in bold with the English beside: **сокет** (*socket*)"
    yield from _links(prose)


def _links(prose: Iterable[str]) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)#\s]+)", "\n".join(prose)):
        if not target.startswith(("http://", "https://")) and not (ROOT / "notebooks" / target).exists():
            yield f"link to nowhere: {target}"


def glossary_findings() -> Iterator[str]:
    """What is wrong with the glossary itself."""
    known = list(terms())
    if known != sorted(known, key=lambda word: word.casefold().replace("ё", "е")):
        yield "glossary.toml: not in the order of the alphabet"
    for term in terms().values():
        if not term.meaning.endswith(".") or not re.fullmatch(r"[A-Za-z][A-Za-z0-9 ,()./-]*", term.english):
            yield f"glossary.toml: {term.word}"


if __name__ == "__main__":
    found = [*glossary_findings(), *(what for path in map(Path, sys.argv[1:] or NOTEBOOKS) for what in findings(path))]
    print("\n".join(found))
    sys.exit(bool(found))
