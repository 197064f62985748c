"""Where Babel finds messages that stand in no call of `_`: titles of checks, lines of files that are laid out as they are.

Used by `pybabel extract`, as `[tool.babel]` in pyproject.toml says; nothing here runs while anything is graded.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import IO

from grading.messages import RUSSIAN

Found = tuple[int, str | None, object, list[str]]
"""Line, the function whose call it stands in, message or messages, comments: what Babel wants."""


def checks(file: IO[bytes], keywords: Collection[str], comments: Collection[str], options: Mapping[str, str]) -> Iterator[Found]:
    """The messages of a file of checks, and the titles of the checks: the first lines of their docstrings."""
    from babel.messages.extract import extract_python  # noqa: PLC0415 - only whoever extracts needs to have it

    yield from extract_python(file, keywords, comments, options)
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and (text := ast.get_docstring(node)):
            yield node.lineno, None, text.splitlines()[0], []


def lines(file: IO[bytes], keywords: Collection[str], comments: Collection[str], options: Mapping[str, str]) -> Iterator[Found]:
    """Every line with Russian in it, as `grading.messages.translated` looks it up."""
    for number, line in enumerate(file.read().decode("utf-8").splitlines(), 1):
        if RUSSIAN.search(line):
            yield number, None, line.strip(), []
