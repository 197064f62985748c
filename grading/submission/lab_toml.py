"""lab.toml: what a student or teacher settles beforehand, so that nobody has to guess it.

    [launch]            # file, args, cwd, stdin
    file = "src/main.py"
    args = ["--port", "9090"]
    [dialect]           # any field of reference.dialect.Dialect
    prompt = "NICK"
    [variant]
    name = "multi-user"

A mistake in it is a ConfigError with file and line: a setting that is silently ignored costs a student an evening.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import typing
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from grading.errors import ConfigError
from grading.messages import _
from grading.submission.model import LabSettings, printable
from grading.submission.trees import Unreadable, read_regular
from grading.wire import is_known
from reference.dialect import Dialect
from reference.framing import PLAIN

NAME = "lab.toml"
_MAX_BYTES = 64 << 10
_LAUNCH = ("file", "args", "cwd", "stdin")


def read(raw: bytes, file: str) -> LabSettings:
    """The settings of one lab.toml; `file` is its name for messages. Raises ConfigError."""
    if len(raw) > _MAX_BYTES:
        raise ConfigError(_("файл больше {n} КиБ").format(n=_MAX_BYTES >> 10), file)
    try:
        text = raw.decode("utf-8-sig")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigError(_("файл не в UTF-8"), file, raw[: error.start].count(b"\n") + 1) from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise ConfigError(_("ошибка TOML: {error}").format(error=error), file, int(found[1]) if found else raw.count(b"\n") + 1) from error
    except RecursionError as error:
        raise ConfigError(_("слишком глубокая вложенность"), file) from error
    return _Reader(text, file).settings(data)


class _Reader:
    """Turns parsed TOML into settings; keeps the text to find the line of a mistake."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file

    def settings(self, data: Mapping[str, Any]) -> LabSettings:
        self._known(data, ("launch", "dialect", "variant"), "")
        launch, dialect, variant = (self._table(data, name) for name in ("launch", "dialect", "variant"))
        self._known(launch, _LAUNCH, "launch")
        self._known(variant, ("name",), "variant")
        return LabSettings(
            file=self._path(launch, "file"),
            args=tuple(self._strings(launch, "args")),
            cwd=self._path(launch, "cwd"),
            stdin=self._stdin(launch),
            dialect=self._dialect(dialect),
            variant=self._string(variant, "name", "variant"),
            by_student=frozenset(f"{table}.{key}" for table in data for key in data[table]),
        )

    def _table(self, data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        table = data.get(name, {})
        if not isinstance(table, dict):
            raise self._error(_("[{name}] должно быть разделом, например:  [{name}]").format(name=name), "", name)
        return table

    def _known(self, table: Mapping[str, Any], known: typing.Iterable[str], section: str) -> None:
        for key in table:
            if key not in known:
                where = _(" в [{section}]").format(section=section) if section else ""
                unknown = _("неизвестный ключ «{key}»").format(key=printable(key))
                raise self._error(unknown + where + _did_you_mean(key, known), section, key)

    def _string(self, table: Mapping[str, Any], key: str, section: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self._error(_("«{key}» должно быть строкой, а не {value}").format(key=key, value=repr(value)), section, key)
        return value

    def _strings(self, table: Mapping[str, Any], key: str) -> list[str]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            wrong = _("«{key}» должно быть списком строк, а не {value}").format(key=key, value=repr(value))
            raise self._error(wrong, "launch", key)
        return value

    def _stdin(self, launch: Mapping[str, Any]) -> str:
        if isinstance(launch.get("stdin"), list):
            return "".join(f"{line}\n" for line in self._strings(launch, "stdin"))
        return self._string(launch, "stdin", "launch")

    def _path(self, launch: Mapping[str, Any], key: str) -> str:
        value = self._string(launch, key, "launch")
        path = PurePosixPath(value)
        if path.is_absolute() or ".." in path.parts or "\\" in value or not value.isprintable():
            wrong = _("«{key}» должно быть путём внутри работы, через «/»: {value}").format(key=key, value=printable(value))
            raise self._error(wrong, "launch", key)
        return str(path) if value else ""

    def _dialect(self, table: Mapping[str, Any]) -> dict[str, str | bool]:
        kinds = typing.get_type_hints(Dialect)
        self._known(table, kinds, "dialect")
        for key, value in table.items():
            choices = typing.get_args(kinds[key])
            if choices and value not in choices:
                words = ", ".join(f'"{choice}"' for choice in choices)
                wrong = _("«{key}» бывает {words}, а не {value}").format(key=key, words=words, value=repr(value))
                raise self._error(wrong + _did_you_mean(value, choices), "dialect", key)
            if not choices and not isinstance(value, kinds[key]):
                one = _("«{key}» должно быть true или false, а не {value}")
                wrong = one if kinds[key] is bool else _("«{key}» должно быть строкой, а не {value}")
                raise self._error(wrong.format(key=key, value=repr(value)), "dialect", key)
        self._templates(table)
        return dict(table)

    def _templates(self, table: Mapping[str, Any]) -> None:
        """What guests are to send must hold what they have to say."""
        if not is_known(table.get("framing", "none")):
            lengths = "length-2, length-4, length-4-little, length-decimal-10, length-line"
            known = f"{', '.join(PLAIN)}, json, json-lines, json-out, nul, {lengths}"
            wrong = _("«{key}» бывает {words}, а не {value}").format(key="framing", words=known, value=repr(table["framing"]))
            raise self._error(wrong, "dialect", "framing")
        if "{text}" not in table.get("says", "{text}"):
            raise self._error(_("в «says» нет места {text}"), "dialect", "says")
        if "{name}" not in (table.get("hello") or "{name}"):
            wrong = _("в «hello» нет места {name}; если клиент не называется, оставьте пустую строку")
            raise self._error(wrong, "dialect", "hello")

    def _error(self, message: str, section: str, key: str) -> ConfigError:
        return ConfigError(message, self.file, line_of(self.text, section, key))


def line_of(text: str, section: str, key: str) -> int:
    """The line on which `key` of `[section]` stands, 0 if it is not found as such."""
    current = ""
    for number, line in enumerate(text.split("\n"), 1):
        if header := re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line):
            current = header[1]
            if not section and current == key:
                return number
        elif re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line) and current == section:
            return number
    return 0


def _did_you_mean(word: object, known: typing.Iterable[str]) -> str:
    close = difflib.get_close_matches(str(word), list(known), 1)
    return _("; может быть, «{word}»?").format(word=close[0]) if close else ""


def merged(student: LabSettings, teacher: LabSettings) -> LabSettings:
    """Both together; where both say something, the teacher's word holds."""
    said = teacher.by_student  # the keys that the teacher's file holds
    launch = {key: getattr(teacher, key) for key in _LAUNCH if f"launch.{key}" in said}
    variant = teacher.variant if "variant.name" in said else student.variant
    dialect = {**student.dialect, **teacher.dialect}
    return replace(student, **launch, variant=variant, dialect=dialect, by_student=student.by_student - said)


def teachers(path: Path | None, lab: str) -> LabSettings | None:
    """The teacher's settings for the lab whose folder or report is called `lab`: a file for all, or a folder with one for each.

    In a folder, `<lab>/lab.toml` or `<lab>.toml` is for that lab, `lab.toml` for all the others. Raises ConfigError.
    """
    if path is None:
        return None
    places = [path / lab / NAME, path / f"{lab}.toml", path / NAME] if path.is_dir() else [path]
    for place in places:
        if place.exists():
            try:
                return read(read_regular(place, follow=True), str(place))
            except Unreadable as error:
                raise ConfigError(_("не читается: {why}").format(why=error), str(place)) from error
    if not path.is_dir():
        raise ConfigError(_("нет такого файла или папки"), str(path))
    return None
