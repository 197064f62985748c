"""Rubrics: how many points each check is worth in a variant. One TOML file a variant; a teacher's own through `--rubric FILE`.

A mistake in a file is a ConfigError that names the file, the line and, where a name is misspelt, the name that was probably meant.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from grading.errors import ConfigError
from grading.messages import _
from grading.options import Options
from grading.rubrics.policy import LEVELS, Policy

BUILT_IN: Final = ("multi-user", "select", "udp", "two-user")  # what `--variant` chooses from, and what a submission is tried by without it

_KEYS: Final = (
    "variant", "factor", "pass_mark", "transport", "models", "required", "forbidden", "allowed", "title", "points", "visibility",
)  # fmt: skip
_TRANSPORTS: Final = ("tcp", "udp", "console")
_MODELS: Final = ("threads", "select", "blocking", "asyncio", "udp", "other")


@dataclass(frozen=True)
class Rubric:
    """One variant of the assignment.

    Attributes:
        variant: its name, as `--variant` and the reports say it.
        factor: course points = score x factor, rounded half up; exact, so that 0.6 is six tenths.
        pass_mark: the least score that passes.
        points: check id -> points, summing to 100, fractions allowed; what is not here does not apply to the variant.
        transports: over what guests may come ("tcp", "udp", "console"), else it is another assignment; empty for anything.
        models: what `concurrency-model` accepts; empty for anything.
        required, forbidden: modules the server must or must not import, for `uses-socket`.
        allowed: modules that do the student's work and are let pass all the same, e.g. "socketserver".
        title: language -> the variant in words.
        visibility: how much of each check a report shows.
    """

    variant: str
    factor: Decimal
    pass_mark: int
    points: dict[str, Decimal]
    models: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    title: dict[str, str] = field(default_factory=dict)
    transports: tuple[str, ...] = ()
    visibility: Policy = field(default_factory=Policy)


def built_in() -> tuple[Rubric, ...]:
    """The rubrics that come with the kit, the preferred one first."""
    folder = files("grading").joinpath("rubrics")
    return tuple(parse(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml") for name in BUILT_IN)


def chosen(options: Options, known: Collection[str] = ()) -> tuple[Rubric, ...]:
    """The rubrics a submission may be graded by.

    Args:
        options: its `rubrics` replace the built-in ones; its `variant` leaves one.
        known: every check id there is; empty to accept any in a teacher's file.
    Raises:
        ConfigError: a file that cannot be read or is wrong, two of one variant, or a variant nobody has described.
    """
    rubrics = tuple(load(Path(path), known) for path in options.rubrics) or built_in()
    names = [rubric.variant for rubric in rubrics]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(_("Два файла описывают один вариант «{name}».").format(name=name))
    if options.variant and options.variant not in names:
        wrong = _("Нет варианта «{name}».").format(name=options.variant)
        raise ConfigError(wrong + suggest(options.variant, names) + " " + _("Есть: {names}.").format(names=", ".join(names)))
    return tuple(rubric for rubric in rubrics if options.variant in ("", rubric.variant))


def load(path: Path, known: Collection[str] = ()) -> Rubric:
    """Read a teacher's rubric, or one of the kit by its bare name ("strict"). Raises ConfigError."""
    own = files("grading").joinpath("rubrics", f"{path}.toml")
    if str(path) == path.name and not path.exists() and own.is_file():
        return parse(own.read_text(encoding="utf-8"), f"{path}.toml", known)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(_("Не читается: {why}.").format(why=error.strerror or error), str(path)) from error
    except UnicodeDecodeError as error:
        raise ConfigError(_("Файл должен быть в кодировке UTF-8."), str(path)) from error
    return parse(text, str(path), known)


def parse(text: str, file: str, known: Collection[str] = ()) -> Rubric:
    """Read the text of a rubric; `file` is only what errors call it. Raises ConfigError."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        at = int(line.group(1)) if line else text.count("\n") + 1  # "at end of document" has no number
        raise ConfigError(_("Это не TOML: {why}.").format(why=error), file, at) from error
    return _Reader(text, file, data).rubric(known)


@dataclass(frozen=True)
class _Reader:
    """One file being read: the data with the text beside it, since tomllib does not tell where a key stands."""

    text: str
    file: str
    data: dict[str, Any]

    def rubric(self, known: Collection[str]) -> Rubric:
        self._known_names(self.data, _KEYS, "", _("Неизвестный ключ «{name}»."))
        variant = self._get("variant", str, _('строка, например "multi-user"'))
        factor = self._get("factor", (int, Decimal), _("число от 0 до 1, например 0.6"))
        pass_mark = self._get("pass_mark", int, _("целое число от 0 до 100"), 60)
        if not variant:
            raise self._wrong("variant", _("непустое имя"))
        if not Decimal(factor).is_finite() or not 0 < factor <= 1:
            raise self._wrong("factor", _("число от 0 до 1, например 0.6"))
        if not 0 <= pass_mark <= 100:
            raise self._wrong("pass_mark", _("целое число от 0 до 100"))
        modules = {key: self._modules(key) for key in ("required", "forbidden", "allowed")}
        transports, models = self._choice("transport", _TRANSPORTS), self._choice("models", _MODELS)
        points, title, shown = self._points(known), self._title(), self._visibility(known)
        return Rubric(variant, Decimal(factor), pass_mark, points, models, **modules, title=title, transports=transports, visibility=shown)

    def _points(self, known: Collection[str]) -> dict[str, Decimal]:
        points: dict[str, Any] = self._get("points", dict, _("раздел с баллами проверок"))
        if known:
            self._known_names(points, known, "points", _("Нет проверки «{name}»."))
        for name, worth in points.items():
            if type(worth) not in (int, Decimal) or not Decimal(worth).is_finite() or worth < 0:  # bool is an int too
                raise self._error(name, _("Баллы «{name}» — число не меньше нуля, например 2 или 0.5.").format(name=name), "points")
        if (total := sum(points.values())) != 100:
            raise self._error("points", _("Баллы в сумме дают {total}, а должны 100.").format(total=total))
        return {name: Decimal(worth) for name, worth in points.items()}

    def _choice(self, key: str, there: Sequence[str]) -> tuple[str, ...]:
        """A list of names out of those there are."""
        example = ", ".join(f'"{name}"' for name in there[:2])
        chosen: list[object] = self._get(key, list, _("список, например [{example}]").format(example=example), [])
        for name in chosen:
            if name not in there:
                wrong = _("В «{key}» нет «{name}».").format(key=key, name=name) + suggest(str(name), there)
                raise self._error(key, wrong + " " + _("Есть: {names}.").format(names=", ".join(there)))
        return tuple(map(str, chosen))

    def _modules(self, key: str) -> tuple[str, ...]:
        names = self._get(key, list, _('список модулей, например ["threading"]'), [])
        if not all(isinstance(name, str) and name for name in names):
            raise self._wrong(key, _('список модулей, например ["threading"]'))
        return tuple(names)

    def _title(self) -> dict[str, str]:
        title: dict[str, Any] = self._get("title", dict, _("раздел с названиями ru и en"), {})
        for lang, words in title.items():
            if not isinstance(words, str):
                raise self._wrong(lang, _("название в кавычках"), "title")
        return title

    def _visibility(self, known: Collection[str]) -> Policy:
        levels: dict[str, Any] = self._get("visibility", dict, _("раздел: что видно о проверках"), {})
        if known:
            self._known_names(levels, ("default", *known), "visibility", _("Нет проверки «{name}»."))
        for name, level in levels.items():
            if level not in LEVELS:
                wrong = _("Нет видимости «{level}».").format(level=level) + suggest(str(level), LEVELS)
                raise self._error(name, wrong + " " + _("Есть: {names}.").format(names=", ".join(LEVELS)), "visibility")
        return Policy(levels.get("default", LEVELS[0]), {name: level for name, level in levels.items() if name != "default"})

    def _get(self, key: str, kind: type | tuple[type, ...], what: str, default: Any = None) -> Any:
        value = self.data.get(key, default)
        if value is None:
            raise ConfigError(_("Нет ключа «{key}»: ожидается {what}.").format(key=key, what=what), self.file)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self._wrong(key, what)
        return value

    def _known_names(self, names: Iterable[str], known: Collection[str], table: str, message: str) -> None:
        for name in names:
            if name not in known:
                raise self._error(name, message.format(name=name) + suggest(name, known), table)

    def _wrong(self, key: str, what: str, table: str = "") -> ConfigError:
        return self._error(key, _("Ключ «{key}»: ожидается {what}.").format(key=key, what=what), table)

    def _error(self, key: str, message: str, table: str = "") -> ConfigError:
        return ConfigError(message, self.file, line_of(self.text, key, table))


def line_of(text: str, key: str, table: str = "") -> int:
    """The 1-based line where a key (or the header of a table of that name) is written; 0 if it is nowhere."""
    name = rf"(?:{re.escape(key)}|\"{re.escape(key)}\"|'{re.escape(key)}')"
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*[\"']?([^\]\"']+?)[\"']?\s*\]", line)
        if header:
            inside = header.group(1)
            if not table and inside == key:
                return number
        elif inside == table and re.match(rf"\s*{name}\s*[.=]", line):
            return number
        elif table and re.match(rf"\s*{re.escape(table)}\s*\.\s*{name}\s*=|\s*{re.escape(table)}\s*=.*\b{name}\s*=", line):
            return number  # points.starts = 10, or points = {starts = 10}
    return 0


def suggest(name: str, known: Iterable[str]) -> str:
    """A question whether a known name was meant, with a space before it; "" where nothing is close."""
    close = get_close_matches(name, list(known), n=1)
    return " " + _("Может быть, «{name}»?").format(name=close[0]) if close else ""
