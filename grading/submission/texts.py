"""Bytes to text, and text to a syntax tree: never executed, never an exception for what a student wrote."""

from __future__ import annotations

import ast
import codecs
import io
import re
import sys
import tokenize
import warnings
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from grading.messages import N_, _
from grading.submission.model import Origin, Problem

MAX_SOURCE = 256 << 10  # the longest chat seen has 20 KiB; a table of numbers of this size takes seconds to look through
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(raw: bytes) -> tuple[str, str]:
    """The text of a report and the encoding it was in: by its BOM, UTF-8, or cp1251 when it is not valid UTF-8. Line ends become "\\n"."""
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return _lines(raw.decode(encoding, "replace")), encoding.removesuffix("-sig")
    try:
        return _lines(raw.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        return _lines(raw.decode("cp1251", "replace")), "cp1251"


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True)
class Source:
    """One Python file as read: its text, its tree or None, and where Python stumbles."""

    text: str
    tree: ast.Module | None
    line: int = 0
    error: str = ""

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def reads_up_to(self) -> int:
        """The line where Python stumbles; beyond the last where it does not."""
        return len(self.lines) + 1 if self.tree is not None else self.line

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The whole tree as ast.walk goes through it, which many readers do: kept, as walking costs more than all they look for."""
        return () if self.tree is None else tuple(ast.walk(self.tree))


@lru_cache(maxsize=256)  # a tree weighs a hundred times its text
def read_source(raw: bytes) -> Source:
    """Parse a Python file by its own encoding cookie or BOM."""
    if len(raw) > MAX_SOURCE:
        return Source("", None, 0, "too large")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = _lines(raw.decode(encoding))
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        text, _ = decode(raw)
        line = raw[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1
        return Source(text, None, line, f"encoding: {_reason(error)}")
    return _parse(text)


def _parse(text: str) -> Source:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "\d" in a student's string is no concern of the grader's terminal
        try:
            tree = ast.parse(text)
            compile(tree, "<submission>", "exec", dont_inherit=True)  # some errors ("return outside function") only show here
        except SyntaxError as error:
            return Source(text, None, error.lineno or 0, error.msg or "invalid syntax")
        except (ValueError, RecursionError, MemoryError, OverflowError) as error:
            return Source(text, None, 0, _reason(error))
    return Source(text, tree)


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


def syntax_problem_of(path: str, raw: bytes, origin: Origin | None = None) -> Problem | None:
    """The problem with one file's syntax, in words for the student, or None if it compiles. `origin`: where the file comes from."""
    source = read_source(raw)
    if source.tree is not None:
        return None
    if source.error == "too large":
        large = _("Файл {file} больше {n} КиБ: это не похоже на исходный текст.").format(file=path, n=MAX_SOURCE // 1024)
        return Problem("limits", large, path)
    lines = source.lines
    text = lines[source.line - 1].strip() if 0 < source.line <= len(lines) else ""
    file, line = (origin and origin.place(source.line)) or (path, source.line)
    place = _("{file}, строка {line}").format(file=file, line=line) if line else file
    if source.error.startswith("encoding: "):
        words = _("Python не может прочитать {place}: файл не в UTF-8. Сохраните его в кодировке UTF-8.").format(place=place)
    else:
        words = _("Синтаксическая ошибка: {place}: {error}.").format(place=place, error=_explained(source.error))
    if text:
        words += " " + _("Вот эта строка: «{line}».").format(line=text[:200])
    if _is_numbered(lines, source.line):
        words += " " + _("Похоже, вместе с текстом скопированы номера строк: уберите их.")
    return Problem("syntax", words, path, source.line, text[:200])


def _is_numbered(lines: list[str], number: int) -> bool:
    """Whether the line and the one before or after it begin with numbers that count up by one."""
    found = [re.match(r"\s*(\d{1,5})(?=[\s:.)|]|$)", line) for line in lines[max(0, number - 2) : number + 1]]
    return any(here and there and int(there[1]) == int(here[1]) + 1 for here, there in pairwise(found))


_MEANINGS = (
    (r"invalid syntax", N_("неверный синтаксис")),
    (r"expected ':'", N_("не хватает двоеточия «:»")),
    (r"expected an indented block", N_("здесь нужен блок с отступом")),
    (r"unexpected indent", N_("лишний отступ")),
    (r"unindent does not match", N_("отступ не совпадает ни с одним из внешних")),
    (r"inconsistent use of tabs", N_("в отступах смешаны табуляции и пробелы")),
    (r"unterminated string|EOL while scanning", N_("строка в кавычках не закрыта")),
    (r"unterminated triple-quoted", N_("строка в тройных кавычках не закрыта")),
    (r"'(.)' was never closed", N_("скобка «{what}» не закрыта")),
    (r"unmatched '(.)'", N_("лишняя скобка «{what}»")),
    (r"Missing parentheses in call to 'print'", N_("print без скобок: это Python 2")),
    (r"'(return|yield|await)' outside", N_("«{what}» вне функции")),
    (r"'(break|continue)' .*outside", N_("«{what}» вне цикла")),
    (r"invalid non-printable character U\+(\w+)", N_("невидимый символ U+{what}, скопированный вместе с текстом")),
    (r"null byte", N_("в файле есть нулевые байты")),
    (r"recursion|memory|too many nested", N_("слишком глубокая вложенность")),
    (r"f-string", N_("ошибка внутри f-строки")),
)


def _explained(error: str) -> str:
    """Python's message with its meaning before it; a message we do not know stays as it is."""
    words = next((_filled(_(meaning), found) for pattern, meaning in _MEANINGS if (found := re.search(pattern, error, re.I))), "")
    hint = ""
    if "f-string" in error and sys.version_info < (3, 12):
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        hint = _("; если у вас запускается, то это синтаксис Python 3.12, а проверка идёт на {version}").format(version=version)
    return f"{words} ({error}){hint}" if words else error


def _filled(meaning: str, found: re.Match[str]) -> str:
    """The meaning with what the pattern caught."""
    return meaning.format(what=found[1]) if found.re.groups else meaning
