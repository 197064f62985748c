"""Every check there is, read from the source of `grading/checks` without running it: `--list` and rubrics need no pytest and no engine."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True)
class CheckInfo:
    """A check before it runs: its id, its title (the first line of the docstring), its level, the check it needs ("" for none), and the
    variants it applies to (none named: all)."""

    id: str
    title: str
    level: str
    needs: str = ""
    variants: tuple[str, ...] = ()


def catalogue() -> tuple[CheckInfo, ...]:
    """All checks of the kit, in the order of their files and of the functions in them."""
    folder = files("grading").joinpath("checks")
    sources = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".py")), key=lambda entry: entry.name)
    return tuple(check for source in sources for check in checks_in(source.read_text(encoding="utf-8")))


def checks_in(source: str) -> Iterator[CheckInfo]:
    """The checks of one file: functions decorated with `@check("id", needs="...", level="...", ...)`, all written out as strings."""
    for node in ast.parse(source).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "check":
                given = {word.arg: ast.literal_eval(word.value) for word in mark.keywords}
                id = ast.literal_eval(mark.args[0]) if mark.args else given["id"]
                title = (ast.get_docstring(node) or id).splitlines()[0]
                yield CheckInfo(id, title, given.get("level", "should"), given.get("needs", ""), tuple(given.get("variants", "").split()))
