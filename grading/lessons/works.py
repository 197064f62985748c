"""What a cell hands in, as a Submission: a file it wrote, a text, a function put into a file, or a server of the reference."""

from __future__ import annotations

import ast
import inspect
import linecache
import os
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from grading.errors import ConfigError
from grading.lessons.shown import LessonError
from grading.messages import _
from grading.submission import Origin, Submission, find, syntax_problem
from grading.submission.assemble import Found, assemble

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
TEXT: Final = "chat.py"
"""What a text that no file holds is called in reports."""

# A right server is no submission while it imports `reference`, which the sandbox hides: so the package goes along under another name.
_PACKAGE: Final = "chatroom"
_SERVER: Final = """
from chatroom.dialect import KNOWN
from chatroom.room import Room
from chatroom.servers.doorstep import listen
from chatroom.servers.{style} import serve
from dataclasses import replace
from datetime import datetime
dialect = replace(KNOWN["lines"], turns="{turns}")
with listen("127.0.0.1", 9090) as listener:
    serve(listener, Room(dialect, {seats}, clock=datetime.now))
"""


def submission(work: Any, inside: str | os.PathLike[str] = "") -> Submission:
    """What is to be graded.

    Args:
        work: the path of a file or folder; the text of a program; a module of reference.servers; or, with `inside`, a function or a class.
        inside: the file in which the function or class of that name is replaced by `work`; the file itself stays as it is.

    Raises:
        LessonError: there is no such file, or nothing in it to replace.
    """
    if isinstance(work, Submission):
        return work
    if isinstance(work, ModuleType):
        return _of_reference(work)
    if inside:
        return _text(_put_into(work, Path(inside)), Path(inside).name)
    if isinstance(work, str) and "\n" in work:
        return _text(work, TEXT)
    if isinstance(work, str | os.PathLike):
        return _at(Path(work))
    if callable(work):
        raise LessonError(_('Чтобы проверить функцию, назовите файл, в котором она должна стоять: inside="chat.py".'))
    neither = _("Проверить можно имя файла, текст программы или сервер из reference.servers, а это — {kind}.")
    raise LessonError(neither.format(kind=_kind(work)))


def _kind(work: object) -> str:
    return type(work).__name__


def _text(text: str, name: str) -> Submission:
    return _named(assemble(Found(name, {name: text.encode("utf-8", "replace")}, prefer=name), None), name)


def _at(path: Path) -> Submission:
    _must_be_there(path)
    try:
        found = find(path)
    except ConfigError as error:
        raise LessonError(str(error)) from error
    if len(found) != 1:
        several = _("В {path} работ несколько: {names}. Назовите одну.")
        raise LessonError(several.format(path=path, names=", ".join(one.path for one in found)))
    return _named(found[0], path.name)


def _named(made: Submission, file: str) -> Submission:
    """The same; a file that is no Python is told so: whoever names it knows that the server is in there."""
    wrong = made.problem is not None and made.problem.kind == "no-server" and file in made.files
    return replace(made, problem=syntax_problem(made.files, file) or made.problem) if wrong else made


def _must_be_there(path: Path) -> None:
    if path.exists():
        return
    folder = path.parent
    near = get_close_matches(path.name, os.listdir(folder) if folder.is_dir() else [], n=1)
    meant = " " + _("Может быть, «{name}»?").format(name=near[0]) if near else ""
    text = _("Нет файла {path}.").format(path=path) + meant
    raise LessonError(text + " " + _("Файл появится, когда выполнится ячейка, которая начинается с %%writefile {path}.").format(path=path))


# -- a function from a cell


def _put_into(work: Any, path: Path) -> str:
    """The text of the file with the definition of the same name replaced."""
    if not inspect.isfunction(work) and not inspect.isclass(work):
        raise LessonError(_("Вместе с inside проверяется функция или класс, а это — {kind}.").format(kind=_kind(work)))
    _must_be_there(path)
    text = path.read_text(encoding="utf-8", errors="replace")
    old = _definition(text, work.__qualname__.rpartition("<locals>.")[2], path)
    lines = text.splitlines(keepends=True)
    first = min([old.lineno, *(mark.lineno for mark in old.decorator_list)]) - 1
    new = textwrap.indent(textwrap.dedent(source_of(work)).strip("\n"), " " * old.col_offset) + "\n"
    return "".join([*lines[:first], new, *lines[old.end_lineno :]])


def _definition(text: str, name: str, path: Path) -> Definition:
    """Where `name` is defined: "talk", "Room.hear", or a method called so if nothing else is."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise LessonError(_("{file}, строка {line}: синтаксическая ошибка.").format(file=path, line=error.lineno or 0)) from error
    found = {where: node for where, node in _definitions(tree, "") if name in (where, where.rpartition(".")[2])}
    if name in found:
        return found[name]
    if len(found) == 1:
        return next(iter(found.values()))
    here = sorted({where for where, _node in _definitions(tree, "")})
    near = get_close_matches(name, here, n=1)
    meant = " " + _("Может быть, «{name}»?").format(name=near[0]) if near else ""
    raise LessonError(_("В файле {file} нет функции {name}.").format(file=path, name=name) + meant)


def _definitions(tree: ast.AST, above: str) -> list[tuple[str, Definition]]:
    found: list[tuple[str, Definition]] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append((above + node.name, node))
            if isinstance(node, ast.ClassDef):
                found += _definitions(node, f"{above}{node.name}.")
    return found


def source_of(work: Any) -> str:
    """The text of a function, class or module; also of a class that a cell defines. Raises LessonError where there is none."""
    try:
        return inspect.getsource(work)
    except (OSError, TypeError):
        pass
    methods = [one for one in vars(work).values() if inspect.isfunction(one)] if inspect.isclass(work) else []
    for method in methods:  # of a class typed in, only its methods know the cell they come from
        text = "".join(linecache.getlines(method.__code__.co_filename))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and node.name == work.__name__:
                first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)]) - 1
                return "".join(text.splitlines(keepends=True)[first : node.end_lineno])
    raise LessonError(_("Не видно исходного текста: {name}.").format(name=getattr(work, "__name__", _kind(work))))


# -- the reference


def _of_reference(module: ModuleType) -> Submission:
    """A server of the reference as a lab that brings all it needs along. Reports name its files as they are called in the reference."""
    package, _dot, style = module.__name__.rpartition(".")
    if package != "reference.servers" or not hasattr(module, "serve"):
        raise LessonError(_("Модуль {name} — не сервер: такие лежат в reference.servers.").format(name=module.__name__))
    files = {"server.py": _SERVER.format(style=style, **_manner(style)).lstrip().encode()}
    origin: dict[str, Origin] = {}
    for name, content in _reference_files(Path(str(module.__file__)).parents[1]).items():
        own = f"{_PACKAGE}/{name}"
        files[own] = content.replace(b"from reference", f"from {_PACKAGE}".encode())
        origin[own] = Origin(f"reference/{name}", tuple(range(1, len(content.splitlines()) + 1)))
    path = f"reference/servers/{style}.py"
    made = assemble(Found(path, files, origin=origin, prefer="server.py"), None)
    return replace(made, notes=())


def _manner(style: str) -> Mapping[str, object]:
    return {"turns": "alternate", "seats": 2} if style == "blocking" else {"turns": "free", "seats": None}


def _reference_files(folder: Path) -> dict[str, bytes]:
    paths = [*folder.glob("*.py"), *(folder / "servers").glob("*.py")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(paths) if path.name != "__main__.py"}
