"""The words of the course, from one file for all notebooks, and the reference quoted from its source."""

from __future__ import annotations

import inspect
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from grading.lessons.shown import LessonError, Shown, html_table, text_table
from grading.lessons.works import source_of
from grading.messages import _
from grading.rubrics import suggest


@dataclass(frozen=True)
class Term:
    """One word of the course: its English name and what it means, in Russian."""

    word: str
    english: str
    meaning: str


@cache
def terms() -> dict[str, Term]:
    """Every word of glossary.toml, in the order of the file."""
    text = files("grading").joinpath("lessons", "glossary.toml").read_text(encoding="utf-8")
    return {word: Term(word, **entry) for word, entry in tomllib.loads(text).items()}


def glossary(*words: str) -> Shown:
    """These words as a table, none: all of them. Raises LessonError for one that is not in glossary.toml."""
    known = terms()
    for word in words:
        if word not in known:
            raise LessonError(_("В словаре курса нет слова «{word}».").format(word=word) + suggest(word, known))
    rows = [(one.word, one.english, one.meaning) for one in map(known.__getitem__, words or known)]
    head = (_("термин"), _("по-английски"), _("что это"))
    return Shown(html_table(rows, head), text_table([head, *rows]))


def quote(what: Any) -> Shown:
    """The source of a function, class or module of this repository, with the name of its file. Raises LessonError where there is none."""
    text = inspect.cleandoc("\n" + source_of(what)) if not inspect.ismodule(what) else source_of(what)
    title = _title(what)
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return Shown(markdown=f"`{title}`\n\n{fence}python\n{text.rstrip()}\n{fence}", text=f"{title}\n\n{text.rstrip()}")


def _title(what: Any) -> str:
    """The file within the repository, and what is quoted from it: "reference/room.py, Room.hear"."""
    module = inspect.getmodule(what)
    name = "" if inspect.ismodule(what) else getattr(what, "__qualname__", "")
    house = Path(__file__).parents[2]
    path = Path(getattr(module, "__file__", None) or "")
    file = path.relative_to(house).as_posix() if path.is_relative_to(house) else path.name
    return ", ".join(filter(None, (file, name)))
