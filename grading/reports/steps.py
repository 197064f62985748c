"""One step of a conversation in words: the label on its arrow, a sentence for who cannot see the picture, its bytes and its time.

All that comes out is harmless text (grading/reports/text.py), but not yet escaped for HTML.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from grading.messages import N_, _, ngettext
from grading.reports.conversation import Board, Cell, Row
from grading.reports.text import safe
from grading.result import Event

_BYTES: Final = 16
"""Bytes shown in hex: a name, the label before a text, the first eight Cyrillic letters."""
_TEXT: Final = 120
"""Characters of a text in a sentence: everything that guests say, save what is meant to be long."""
_ENDS: Final = 160
"""Characters that are looked at from either end of a text: more than is shown."""

MARKS: Final = {
    "missing": N_("не пришло"),
    "torn": N_("разорвано"),
    "duplicated": N_("пришло не один раз"),
    "reordered": N_("не по порядку"),
    "leaked": N_("пришло чужое"),
    "misattributed": N_("чужая подпись"),
}
"""What is wrong with an arrow, in a word or two."""
_WANTED: Final = {
    "missing": N_("ожидалось: слышно, что говорит {by}"),
    "torn": N_("ожидалось: текст целиком, без вставок"),
    "duplicated": N_("ожидалось: один раз"),
    "reordered": N_("ожидалось: в том порядке, в каком сказано"),
    "leaked": N_("ожидалось: ничего, этот гость уже вышел"),
    "misattributed": N_("ожидалось: подпись того, кто говорит ({by})"),
}
_DEEDS: Final = {
    "connects": N_("подключается"),
    "leaves": N_("выходит"),
    "vanishes": N_("связь оборвалась"),
    "closed": N_("сервер закрыл соединение"),
}
"""Labels of the arrows that carry no text."""
_SENTENCES: Final = {
    "connects": N_("{guest} подключается"),
    "names": N_("{guest} называет себя: {text}"),
    "says": N_("{guest} говорит: {text}"),
    "sends": N_("{guest} отправляет часть сообщения: {text}"),
    "leaves": N_("{guest} выходит"),
    "vanishes": N_("{guest} пропадает: связь оборвалась"),
    "closed": N_("сервер закрывает соединение: {guest}"),
}


def label(cell: Cell) -> str:
    """What stands on the arrow, not yet cut to its width."""
    event = cell.event
    if event.what in _DEEDS:
        return _(_DEEDS[event.what])
    if event.what == "names":
        return _("имя: {name}").format(name=one_line(event.text))
    return one_line(event.text) or _("(пусто)")


def times(cell: Cell) -> str:
    """How often, if more than once."""
    return f"×{cell.times}" if cell.times > 1 else ""


def wanted(event: Event) -> str:
    """What was expected where this event went wrong; "" where nothing did."""
    return _filled(_(_WANTED[event.wrong]), by=safe(event.by) or _("сервер")) if event.wrong in _WANTED else safe(event.wrong)


def mark(event: Event) -> str:
    """What is wrong with it, in a word or two; "" if nothing is."""
    return _(MARKS[event.wrong]) if event.wrong in MARKS else safe(event.wrong)


def sentence(cell: Cell, guest: str) -> str:
    """The step as a person would tell it, with what was expected if it went wrong."""
    event, text = cell.event, _quoted(cell.event)
    if event.what == "note":
        return safe(event.text)
    told = _(_SENTENCES[event.what]) if event.what in _SENTENCES else _heard(event)
    told = _filled(told, guest=guest, by=safe(event.by), text=text)
    if event.wrong:
        told += f" — {mark(event)}; {wanted(event)}"
    if cell.times > 1:
        told += f" (×{cell.times}" + (_(", последнее — {text}").replace("{text}", _quoted(cell.last)) if cell.last.text else "") + ")"
    return told


def _heard(event: Event) -> str:
    """The sentence for something that came, or should have come."""
    if event.wrong == "missing":
        return _("{guest} НЕ слышит, что говорит {by}: {text}") if event.by else _("{guest} НЕ получает: {text}")
    if not event.by:
        return _("{guest} получает от сервера: {text}")
    if event.by == event.guest:
        return _("{guest} слышит свои же слова: {text}")
    return _("{guest} слышит, что говорят {by}: {text}") if ", " in event.by else _("{guest} слышит, что говорит {by}: {text}")


def _quoted(event: Event) -> str:
    return _("«{text}»").replace("{text}", shortened(one_line(event.text), _TEXT))


def _filled(template: str, **values: str) -> str:
    """Plain replacement, text last: what a student's server sent is no template."""
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def details(cell: Cell, timed: bool = True) -> str:
    """When it was, unless not `timed`, and its bytes: how many, and the first of them in hex."""
    first, last = cell.event, cell.last
    when = _("{ms} мс").format(ms=_ms(first.at)) if cell.times == 1 else _("{ms}–{end} мс").format(ms=_ms(first.at), end=_ms(last.at))
    if not cell.size:
        return when if timed else ""
    hex = first.data[:_BYTES].hex(" ") + (" …" if len(first.data) > _BYTES else "")
    return (f"{when} · " if timed else "") + ngettext("{n} байт", "{n} байта", cell.size) + f" · {hex}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"


def guest_name(board: Board, lane: int) -> str:
    """What stands over a lane."""
    return safe(board.guests[lane]) if lane < len(board.guests) else ngettext("ещё {n} гость", "ещё {n} гостя", board.crowd)


def told(board: Board) -> Sequence[str]:
    """The whole board as steps in words, each with its time and bytes: what a screen reader reads in place of the picture."""
    return [line for row in board.rows for line in _row(board, row, lambda cell: f" [{details(cell)}]")]


def plainly(board: Board) -> Sequence[str]:
    """The same without times and bytes: the same conversation is told in the same words."""
    return [line for row in board.rows for line in _row(board, row, lambda cell: "")]


def _row(board: Board, row: Row, after: Callable[[Cell], str]) -> list[str]:
    if row.skipped:
        return [skipped(row)]
    return [sentence(cell, guest_name(board, cell.lane)) + after(cell) for cell in row.cells]


def skipped(row: Row) -> str:
    """What stands for steps that are left out."""
    return "… " + ngettext("пропущен {n} шаг", "пропущено {n} шага", row.skipped)


# -- text for little room


def one_line(text: str) -> str:
    """A message without its line end, its inner ones as a sign, nothing in it that hides or moves; of a very long one its two ends."""
    if len(text) > 2 * _ENDS:
        text = f"{text[:_ENDS]}…{text[-_ENDS:]}"
    return safe(text.rstrip("\r\n").replace("\r\n", "\n").replace("\n", " ↵ "))


def shortened(text: str, most: int) -> str:
    """At most so many columns; what is cut out lies before the end, for the end is what tells similar texts apart."""
    if 2 * len(text) <= most or width(text) <= most:
        return text
    tail = most // 3
    return _columns(text, most - 1 - tail) + "…" + _columns(text[::-1], tail)[::-1]


def width(text: str) -> int:
    """Columns this text takes: wide letters and emoji take two, accents none."""
    return sum(map(_wide, text))


@lru_cache(maxsize=4096)
def _wide(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _columns(text: str, most: int) -> str:
    taken = 0
    for number, char in enumerate(text):
        taken += _wide(char)
        if taken > most:
            return text[:number]
    return text
