"""Which of the client programs can be run at a terminal, how each is started, and what it may want on its command line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from grading.messages import _
from grading.submission.behaviour import traits_of
from grading.submission.entry import BUFFERS, launch, servers
from grading.submission.model import Submission
from grading.submission.modules import Sources, above, closure, imports_of, is_missing, parent, resolve
from grading.submission.texts import read_source

WINDOWS: Final = frozenset(
    {"tkinter", "customtkinter", "PyQt4", "PyQt5", "PyQt6", "PySide2", "PySide6", "wx", "kivy", "pygame", "gi", "dearpygui", "flet", "toga"}
    | {"curses", "textual", "urwid", "npyscreen", "blessed", "asciimatics", "webbrowser", "flask", "streamlit", "eel", "nicegui", "webview"}
)
"""Modules of programs that draw windows or the whole screen: there is nothing to type a line at."""
_KINDS: Final = (("port", r"port|порт|\bint\("), ("name", r"name|nick|user|login|имя|ник"), ("host", r"host|\bip\b|addr|server|хост"))
_USUAL: Final = ("host", "port", "name")


@dataclass(frozen=True)
class ClientProgram:
    """One client program.

    Attributes:
        path: within the submission; cwd, argv: how it is started, as in Submission.
        wants: what its command line is for, in order: "host", "port", "name"; () where it does not look at it.
    """

    path: str
    cwd: str
    argv: tuple[str, ...]
    wants: tuple[str, ...] = ()


def client_programs(submission: Submission) -> tuple[list[ClientProgram], str]:
    """The clients that can be run at a terminal, and why there are none ("" if there are).

    Several that are numbered (client1.py, client2.py) are for one person each; of others only the first is taken.
    """
    sources = Sources(submission.files)
    programs, why = [], _("клиента среди сданных файлов нет")
    if submission.server in sources and any(traits_of(sources[module]).connects for module in closure(submission.server, sources)):
        why = _("клиент — часть той же программы, что и сервер: отдельно проверка его не запускает")
    for path in submission.clients:
        hindrance = _hindrance(path, sources)
        if hindrance:
            why = hindrance
        else:
            start = launch(path, sources)
            programs.append(ClientProgram(path, start.cwd, start.argv, _wants([sources[module] for module in closure(path, sources)])))
    if not programs:
        return [], why
    return programs if len({_unnumbered(program.path) for program in programs}) == 1 else programs[:1], ""


def other_port(submission: Submission, port: int) -> bool:
    """Whether the clients' code names ports, but not `port`, and there is no other server they could be meant for."""
    sources = Sources(submission.files)
    programs, _ = client_programs(submission)
    numbers: set[int] = set()
    for path in {module for program in programs for module in closure(program.path, sources)}:
        numbers |= {number for number in traits_of(sources[path]).numbers if number > 1023} - BUFFERS
    return bool(numbers) and port not in numbers and len(programs) == len(submission.clients) and len(servers(sources)) == 1


def _unnumbered(path: str) -> str:
    """client for client1.py, client_2.py, clientB.py."""
    return re.sub(r"([_ -]?\d+|[_ -][A-Za-z]|(?<=[a-z])[A-Z])$", "", PurePosixPath(path).stem)


def _hindrance(path: str, sources: Sources) -> str:
    """Why this client cannot be run here, "" if it can."""
    for module in closure(path, sources):
        if read_source(sources[module]).tree is None:
            return _("в файле {file} синтаксическая ошибка").format(file=module)
        for imported in imports_of(sources[module]):
            name = imported.module.partition(".")[0]
            if name in WINDOWS:
                return _("клиент рисует окно или весь экран ({name}), а не ведёт разговор строками").format(name=name)
            own = imported.level or resolve(imported, module, list(above(parent(path))), sources)
            if imported.top and not imported.guarded and not own and name and is_missing(name):
                return _("клиенту нужен модуль {name}, которого здесь нет").format(name=imported.module)
    return ""


def _wants(files: list[bytes]) -> tuple[str, ...]:
    """The kinds of arguments 1, 2, ... that `sys.argv[n]` is used for."""
    kinds: dict[int, str] = {}
    for raw in files:
        for words in _mentions(read_source(raw).nodes):
            numbers = {int(number) for number in re.findall(r"argv\[([1-9])\]", words)}
            for number in numbers:
                kind = next((kind for kind, pattern in _KINDS if re.search(pattern, words, re.I)), "") if len(numbers) == 1 else ""
                kinds[number] = kinds.get(number) or kind
    most = max(kinds, default=0)
    return tuple(kinds.get(number) or _USUAL[number - 1] for number in range(1, most + 1)) if most <= len(_USUAL) else ()


def _mentions(nodes: Iterable[ast.AST]) -> list[str]:
    """Every expression that may mention an argument, the shortest first, with the name it is assigned to."""
    found = []
    for node in nodes:
        if isinstance(node, ast.Assign):
            target, value = node.targets[0], node.value
            names = [ast.unparse(name) for name in target.elts] if isinstance(target, ast.Tuple) else []
            whole = ast.unparse(value)
            if names and isinstance(value, ast.Tuple):
                found += [f"{name} = {ast.unparse(part)}" for name, part in zip(names, value.elts, strict=False)]
            elif names and whole.endswith(("argv", "argv[1:]")):
                found += [f"{name} = argv[{number}]" for number, name in enumerate(names[whole.endswith("argv") :], 1)]
            else:
                found.append(f"{ast.unparse(target)} = {whole}")
        elif isinstance(node, ast.Call):
            found.append(ast.unparse(node))
    return sorted((words for words in found if "argv[" in words), key=len)
