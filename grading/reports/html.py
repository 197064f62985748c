"""`--format html`: the report as one file that opens from disk: no network, no script but the one for the copy buttons.

The template only lays out. Whatever it shows goes through `safe` and is escaped for HTML; only our own picture is taken as it is.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from grading import messages
from grading.messages import N_, _, ngettext
from grading.reports import points, steps, swimlane, words
from grading.reports.conversation import Board, arranged
from grading.reports.text import safe, safe_lines
from grading.result import CheckResult, Report, Stuck, Verdict

LARGEST: Final = 300_000
"""Bytes of a file, at most: it is mailed, and opened on a phone."""
_BESIDES: Final = 90_000
"""Bytes of that which are not for pictures and replays: style, words, code, output; measured 40 to 60 thousand on hostile reports."""
_CONTEXT: Final = 3
_LONGEST: Final = 200
"""Characters of a source line or a line of output."""
_SAID: Final = 1_500
"""Characters of what was expected, came or is advised."""
_TIGHT: Final = (60_000, 240)
"""Bytes for pictures and characters of a text where all 35 checks fail with long texts full of what HTML spells out."""
_OUTPUT_LINES: Final = 60
_SMALL: Final = 14
"""Rows of the picture of a check that passed."""
_PASSED: Final = 90_000
"""Bytes for these pictures, the first checks first: nine or ten. A failure is what people come to look at."""

_THEMES: Final = {
    "code": N_("Код"),
    "connection": N_("Запуск"),
    "exchange": N_("Разговор"),
    "stream": N_("Поток байтов"),
    "independence": N_("Независимость гостей"),
    "departures": N_("Уход и возвращение"),
    "model": N_("Случайные разговоры"),
    "manners": N_("Поведение программы"),
}


@dataclass(frozen=True)
class Line:
    """A line of the student's code; number 0 is a gap. `stuck` says what the server waits for there."""

    number: int
    text: str
    stuck: str = ""


@dataclass
class Card:
    """One check as the template shows it."""

    check: CheckResult
    behind: int = 0
    picture: Markup = field(default_factory=Markup)
    steps: tuple[str, ...] = ()
    code: tuple[tuple[str, tuple[Line, ...]], ...] = ()
    replay: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.check.title.rstrip(".")

    @property
    def cost(self) -> str:
        return points.cost(self.check)


def page(report: Report) -> str:
    """The whole file, in the language of `messages`."""
    return _rendered(report, whole=True)


def fragment(report: Report) -> str:
    """The same to stand in somebody else's page: what a notebook shows. Without scripts."""
    return _rendered(report, whole=False)


def _rendered(report: Report, whole: bool) -> str:
    text = _page(report, whole, LARGEST - _BESIDES, _SAID)
    return text if len(text.encode()) <= LARGEST else _page(report, whole, *_TIGHT)


def _page(report: Report, whole: bool, size: int, said: int) -> str:
    style, script = _resource("report.css").replace("\n", "") + swimlane.STYLE, _resource("report.js")
    graded = [check for check in report.checks if check.level != "info"]
    room = _Room(size)
    failed = [_failed(check, report, room) for check in points.dearest_first(graded)]
    room.left = min(room.left, _PASSED)
    passed = [_passed(check, room) for check in graded if check.verdict is Verdict.PASSED]
    return _environment().get_template("report.html.j2").render(
        report=report, whole=whole, lang=messages.language(), longest=said, style=Markup(style), script=Markup(script),
        policy=f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'",
        failed=failed, passed=passed, lost=points.lost(graded), blocked=list(_blocked(graded)),
        off=[check for check in graded if check.verdict is Verdict.NA and check.max_points],
        absent=[check for check in graded if check.verdict is Verdict.NA and not check.max_points],
        infra=[check for check in graded if check.verdict is Verdict.INFRA],
        info=[check for check in report.checks if check.level == "info"],
        themes=[(_(_THEMES[theme]) if theme in _THEMES else theme, got, most) for theme, got, most in points.by_theme(graded)],
        dialect=words.dialect(report.dialect), isolation=words.isolation(report.isolation) if report.isolation else "",
        model=words.model(report.model), output=_output(report.server_output), yes=Verdict.PASSED, no=Verdict.FAILED,
    )  # fmt: skip


# -- what the template is given


class _Room:
    """Bytes that are left; what does not fit is not taken."""

    def __init__(self, size: int) -> None:
        self.left = size

    def takes(self, *parts: str) -> bool:
        size = sum(len(part.encode()) + 16 for part in parts)
        if size > self.left:
            return False
        self.left -= size
        return True


def _failed(check: CheckResult, report: Report, room: _Room) -> Card:
    card = Card(check, points.behind(check.id, report.checks), code=tuple(_excerpts(check.stuck, report.sources)))
    for rows in (32, _SMALL):
        if _drawn(card, arranged(check.events, rows), room):
            break
    lines = safe_lines(check.replay.rstrip("\n")) if check.replay else []
    if room.takes(*lines):
        card.replay = tuple(lines)
    return card


def _passed(check: CheckResult, room: _Room) -> Card:
    card = Card(check)
    if check.events and room.left and not _drawn(card, arranged(check.events, _SMALL), room):
        room.left = 0  # nor is anything after it tried: drawing takes time
    return card


def _drawn(card: Card, board: Board, room: _Room) -> bool:
    """Puts the picture and its words on the card, if there is room."""
    picture, told = swimlane.drawn(board, title=card.title, style=False), steps.told(board)
    if not room.takes(picture, *told):
        return False
    card.picture, card.steps = Markup(picture), tuple(told)  # every text in it is escaped where it is drawn
    return True


def _blocked(checks: list[CheckResult]) -> Iterator[tuple[str, list[CheckResult]]]:
    """What could not run, together by what stands in the way."""
    blocked = [check for check in checks if check.verdict is Verdict.BLOCKED]
    for blocker in dict.fromkeys(check.blocked_by for check in blocked):
        yield blocker, [check for check in blocked if check.blocked_by == blocker]


def _excerpts(stuck: Iterable[Stuck], sources: dict[str, dict[int, str]]) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """The student's code around the lines where the server is stuck, file by file."""
    places: dict[str, dict[int, list[Stuck]]] = {}
    for thread in stuck:
        if thread.file or thread.call or thread.waits_for:
            places.setdefault(thread.file, {}).setdefault(thread.line, []).append(thread)
    for file, marks in places.items():
        text = sources.get(file, {})
        shown = sorted({line + near for line in marks for near in range(-_CONTEXT, _CONTEXT + 1)} & set(text) | set(marks))
        lines, before = list[Line](), 0
        for number in shown:
            if number > before + 1 and before:
                lines.append(Line(0, "…"))
            threads = marks.get(number, [])
            code = text.get(number) or next((thread.source for thread in threads), "")
            lines.append(Line(number, _cut(code.expandtabs(4)), "; ".join(dict.fromkeys(filter(None, map(words.waits, threads))))))
            before = number
        yield file, tuple(lines)


def _output(text: str) -> list[str]:
    return [_cut(line) for line in safe_lines(text.rstrip("\n"))[-_OUTPUT_LINES:]] if text.strip() else []


def _cut(line: str, most: int = _LONGEST) -> str:
    return line if len(line) <= most else line[:most] + " …"


# -- jinja


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FunctionLoader(_resource), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_harmless,
    )  # fmt: skip
    made.globals.update(_=_, ngettext=ngettext)
    made.filters.update(lines=lambda text, most: safe_lines(_cut(text, most)), quoted=words.quoted)
    return made


def _harmless(value: Any) -> Any:
    """What stands in the template's braces, before it is escaped for HTML."""
    return safe(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _resource(name: str) -> str:
    return files("grading").joinpath("reports", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """How a Content-Security-Policy names the one style or script it lets through."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
