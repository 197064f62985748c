"""Where Babel finds messages that stand in no call of `_`: titles of checks, lines of files that are laid out as they are.

Used by `pybabel extract`, as `[tool.babel]` in pyproject.toml says; nothing here runs while anything is graded.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import IO, Any

from grading.messages import RUSSIAN

Found = tuple[int, str | None, str | tuple[str, ...], list[str]]
"""Line, the function whose call it stands in, message or messages, comments: what Babel wants."""


def checks(file: IO[bytes], keywords: Any, comments: Any, options: Any) -> Iterator[Found]:
    """The messages of a file of checks, and the titles of the checks: the first lines of their docstrings."""
    from babel.messages import extract  # noqa: PLC0415 - only whoever extracts needs to have it

    in_code: Iterator[Found] = extract.extract_python(file, keywords, comments, options)  # type: ignore[assignment] # wrong stubs
    yield from in_code
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and (text := ast.get_docstring(node)):
            yield node.lineno, None, text.splitlines()[0], []


def lines(file: IO[bytes], keywords: Any, comments: Any, options: Any) -> Iterator[Found]:
    """Every line with Russian in it, as `grading.messages.translated` looks it up."""
    for number, line in enumerate(file.read().decode("utf-8").splitlines(), 1):
        if RUSSIAN.search(line):
            yield number, None, line.strip(), []
