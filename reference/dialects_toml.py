"""A dialect by its name or from a file, as a person writes it after `--dialect`.

The file is TOML with fields of `Dialect`, at its top or under `[dialect]`, so a lab.toml will do; what it leaves out has its usual value:

    prompt = "NICK"
    named_by = "prompt"
    author = "client"
    framing = "lines"
"""

from __future__ import annotations

import difflib
import re
import tomllib
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from reference.dialect import KNOWN, Dialect
from reference.framing import reader

LARGEST_FILE: Final = 64 << 10  # bytes; a dialect is some hundred, and the name of a disk image is soon typed by mistake


class DialectError(ValueError):
    """There is no such dialect, or its file is wrong; the text says so in one line."""


def load(word: str) -> Dialect:
    """The known dialect of that name, or the one in the file of that path (which ends with .toml, or has a slash or backslash in it).

    Raises:
        DialectError: see there.
    """
    if word in KNOWN:
        return KNOWN[word]
    if not (word.endswith(".toml") or "/" in word or "\\" in word):
        raise DialectError(f"такого диалекта нет: {word}; {_near(word, KNOWN)}; можно указать и файл .toml")
    try:
        text = _text(Path(word))
        return _dialect(_table(text), text)
    except (DialectError, ValueError) as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise DialectError(f"{word}: {' '.join(str(error).split())}") from error


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = "такого файла нет" if isinstance(error, FileNotFoundError) else f"файл не читается: {error.strerror}"
        raise DialectError(reason) from error
    if len(raw) > LARGEST_FILE:
        raise DialectError(f"файл больше {LARGEST_FILE >> 10} КиБ")
    return raw.decode("utf-8-sig")


def _table(text: str) -> Mapping[str, Any]:
    try:
        data = tomllib.loads(text)
    except RecursionError as error:
        raise DialectError("слишком глубокая вложенность") from error
    table = data.get("dialect", data)
    if not isinstance(table, dict):
        raise DialectError("[dialect] должно быть разделом")
    return table


def _dialect(table: Mapping[str, Any], text: str) -> Dialect:
    kinds = typing.get_type_hints(Dialect)
    for key, value in table.items():
        if wrong := _wrong(key, value, kinds):
            raise DialectError(f"{_line(key, text)}{wrong}")
    dialect = Dialect(**table)
    try:
        reader(dialect.framing, dialect.encoding)
    except ValueError as error:
        raise DialectError(f"{_line('encoding', text)}кодировка {dialect.encoding} не годится") from error
    return dialect


def _wrong(key: str, value: object, kinds: Mapping[str, Any]) -> str:
    """What is wrong with one field, "" if nothing."""
    if key not in kinds:
        return f"неизвестное поле {key!r}; {_near(key, kinds)}"
    choices = typing.get_args(kinds[key])
    if choices and value not in choices:
        return f"{key} бывает {', '.join(choices)}, а не {value!r}"
    if not choices and type(value) is not kinds[key]:
        return f"{key} должно быть {'true или false' if kinds[key] is bool else 'строкой'}, а не {value!r}"
    return ""


def _line(key: str, text: str) -> str:
    """Where a field stands; "" where it is not written at the beginning of a line. A lab.toml may have the word in another table, too."""
    heading = re.search(r"(?m)^\s*\[\s*dialect\s*\]", text)
    found = re.compile(rf"(?m)^[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=").search(text, heading.end() if heading else 0)
    return f"строка {text.count(chr(10), 0, found.start()) + 1}: " if found else ""


def _near(word: str, known: Iterable[str]) -> str:
    words = list(known)
    near = difflib.get_close_matches(word, words, n=1)
    return f"может быть, {near[0]}?" if near else f"есть {', '.join(words)}"
