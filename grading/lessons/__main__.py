"""`python -m grading.lessons`: keeps the notebooks of the course in order."""
# ruff: noqa: PLC0415

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grading.errors import CONFIG, NOT_PASSED, PASSED
from grading.lessons.normal import normal
from grading.lessons.shown import LessonError
from grading.messages import _
from grading.reports.text import safe


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, 1 if a notebook does not run, 2 if what was asked cannot be done."""
    arguments = _arguments().parse_args(argv)
    try:
        result: int = arguments.run(arguments)
    except LessonError as error:
        print(safe(str(error)), file=sys.stderr)
        return CONFIG
    return result


def _arguments() -> argparse.ArgumentParser:
    what = _("Блокноты курса: выполнить заново, раздать, проверить.")
    parser = argparse.ArgumentParser(prog="python -m grading.lessons", description=what)
    commands = parser.add_subparsers(required=True, metavar=_("КОМАНДА"))
    refresh = commands.add_parser("refresh", help=_("выполнить в новом ядре и сохранить результаты в обычном виде"))
    refresh.add_argument("notebooks", nargs="+", metavar=_("БЛОКНОТ"))
    refresh.set_defaults(run=_refresh)
    return parser


def _refresh(arguments: argparse.Namespace) -> int:
    from grading.lessons.running import executed

    code = PASSED
    for name in arguments.notebooks:
        try:
            write(Path(name), executed(read(Path(name))))
            print(safe(name))
        except LessonError as error:
            print(f"{safe(name)}: {safe(str(error))}", file=sys.stderr)
            code = NOT_PASSED
    return code


def read(path: Path) -> dict[str, Any]:
    """A notebook from its file. Raises LessonError if there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        normal(found)
    except OSError as error:
        raise LessonError(_("{file} не читается: {why}.").format(file=path, why=error.strerror)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise LessonError(_("{file}: не похоже на блокнот Jupyter").format(file=path)) from error
    return dict(found)


def write(path: Path, notebook: dict[str, Any]) -> None:
    """Writes a notebook the way Jupyter does, whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(json.dumps(_lines(notebook), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    os.replace(beside, path)


def _lines(value: Any, key: str = "") -> Any:
    """Long texts as lists of lines, as Jupyter keeps them: so a diff shows which line has changed."""
    if isinstance(value, dict):
        return {name: _lines(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_lines(one) for one in value]
    split = key in ("source", "text") or "/" in key
    return value.splitlines(keepends=True) if isinstance(value, str) and split else value


if __name__ == "__main__":
    sys.exit(main())
