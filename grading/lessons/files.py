"""Notebooks as files: read whatever is there, written whole or not at all; and where those of the course are."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from grading.lessons.normal import normal
from grading.lessons.shown import LessonError
from grading.messages import _

Notebook = dict[str, Any]
_HOUSE: Final = Path(__file__).parents[2]


def read(path: Path) -> Notebook:
    """A notebook, in normal form. Raises LessonError if there is none."""
    try:
        return normal(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise LessonError(_("{file} не читается: {why}.").format(file=path, why=error.strerror)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LessonError(_("{file}: не похоже на блокнот Jupyter").format(file=path)) from error


def write(path: Path, notebook: Notebook) -> None:
    """Writes it the way Jupyter does. Raises LessonError where that cannot be."""
    beside = path.with_name(f".{path.name}.new")
    text = json.dumps(_lines(notebook), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        raise LessonError(_("{file} не записать: {why}.").format(file=path, why=error.strerror)) from error


def _lines(value: Any, key: str = "") -> Any:
    """Long texts as lists of lines, as Jupyter keeps them: so a diff shows which line has changed."""
    if isinstance(value, dict):
        return {name: _lines(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_lines(one) for one in value]
    split = key in ("source", "text") or "/" in key
    return value.splitlines(keepends=True) if isinstance(value, str) and split else value


def course() -> list[Path]:
    """The notebooks of the course: those of the folder we are in, else those of the checkout the kit lies in. Raises LessonError."""
    for folder in (Path("notebooks"), _HOUSE / "notebooks"):
        if found := sorted(folder.glob("*.ipynb")):
            return found
    raise LessonError(_("Блокнотов курса здесь нет (папка notebooks); назовите файлы."))


def named(paths: Iterable[str]) -> list[Path]:
    """These files; none: those of the course."""
    return [Path(path) for path in paths] or course()
