"""`python -m grading.lessons`: runs the notebooks of the course anew, makes the editions of teachers and students, puts notebooks right."""
# ruff: noqa: PLC0415

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from grading.errors import CONFIG, NOT_PASSED, PASSED
from grading.lessons.exercises import for_students, for_teachers
from grading.lessons.files import Notebook, course, named, read, write
from grading.lessons.mending import inspected, mended
from grading.lessons.shown import LessonError
from grading.messages import _
from grading.reports.text import safe


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0, 1 if something is wrong with a notebook, 2 if what was asked cannot be done."""
    arguments = _arguments().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except LessonError as error:
        print(safe(str(error)), file=sys.stderr)
        return CONFIG
    return code


def _arguments() -> argparse.ArgumentParser:
    what = _("Блокноты курса: выполнить заново, подготовить к раздаче, исправить.")
    parser = argparse.ArgumentParser(prog="python -m grading.lessons", description=what)
    commands = parser.add_subparsers(required=True, metavar=_("КОМАНДА"))
    one, some = _("БЛОКНОТ"), _("блокноты; без них — все блокноты курса")

    refresh = commands.add_parser("refresh", help=_("выполнить в новом ядре и сохранить результаты в обычном виде"))
    refresh.set_defaults(run=_refresh)
    student = commands.add_parser("student", help=_("блокноты без решений и результатов, для студентов"))
    student.set_defaults(run=lambda given: _editions(given, for_students))
    instructor = commands.add_parser("instructor", help=_("блокноты с решениями и без результатов, для преподавателя и nbgrader"))
    instructor.set_defaults(run=lambda given: _editions(given, for_teachers))
    for edition in (student, instructor):
        edition.add_argument("out", metavar=_("ПАПКА"), help=_("куда их записать"))
    for command in (refresh, student, instructor):
        command.add_argument("notebooks", nargs="*", metavar=one, help=some)

    inspect = commands.add_parser("inspect", help=_("сказать, какие ячейки с упражнениями скопированы, разделены, удалены или изменены"))
    inspect.set_defaults(run=_inspect)
    inspect.add_argument("notebooks", nargs="+", metavar=one)
    mend = commands.add_parser("mend", help=_("записать исправленную копию блокнота, ничего не потеряв"))
    mend.set_defaults(run=_mend)
    mend.add_argument("notebook", metavar=one)
    mend.add_argument("out", metavar=_("КУДА"))
    for command in (inspect, mend):
        command.add_argument("--original", metavar=one, help=_("каким он был роздан; без этого — блокнот курса с тем же именем"))
    return parser


def _refresh(arguments: argparse.Namespace) -> int:
    from grading.lessons.running import executed

    code = PASSED
    for path in named(arguments.notebooks):
        try:
            write(path, executed(read(path)))
            print(safe(str(path)))
        except LessonError as error:
            print(f"{safe(str(path))}: {safe(str(error))}", file=sys.stderr)
            code = NOT_PASSED
    return code


def _editions(arguments: argparse.Namespace, edition: Callable[[Notebook], Notebook]) -> int:
    for path in named(arguments.notebooks):
        target = Path(arguments.out) / path.name
        if target.exists() and target.samefile(path):
            raise LessonError(_("{file}: исходный блокнот затирать нельзя, назовите другую папку.").format(file=path))
        try:
            write(target, edition(read(path)))
        except LessonError as error:
            raise LessonError(f"{path}: {error}") from error
        print(safe(str(target)))
    return PASSED


def _inspect(arguments: argparse.Namespace) -> int:
    code = PASSED
    for path in map(Path, arguments.notebooks):
        findings = inspected(read(path), for_students(_original(path, arguments.original)))
        for finding in findings:
            print(f"{safe(str(path))}: {safe(finding.id)}: {finding.text}")
        if findings:
            code = NOT_PASSED
        else:
            print(safe(str(path)) + ": " + _("все упражнения на месте"))
    return code


def _mend(arguments: argparse.Namespace) -> int:
    path, target = Path(arguments.notebook), Path(arguments.out)
    if target.exists():
        raise LessonError(_("{file} уже есть, а переписывать чужое mend не станет.").format(file=target))
    notebook, original = read(path), _original(path, arguments.original)
    for finding in inspected(notebook, for_students(original)):
        print(f"{safe(finding.id)}: {finding.text}")
    write(target, mended(notebook, original))
    print(safe(str(target)))
    return PASSED


def _original(path: Path, named_so: str | None) -> Notebook:
    """The notebook as it was handed out, solutions or none. Raises LessonError."""
    if named_so is not None:
        return read(Path(named_so))
    for one in course():
        if one.name == path.name and not (path.exists() and one.samefile(path)):
            return read(one)
    raise LessonError(_("Блокнота {file} в курсе нет; назовите исходный: --original БЛОКНОТ.").format(file=path.name))


if __name__ == "__main__":
    sys.exit(main())
