"""What is missing for more points, the dearest first: the first few failures as a whole story, the others in short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from grading.messages import _, ngettext
from grading.reports import layout, narrative, points, words
from grading.reports.pictures import Comparison, Place, story, why
from grading.reports.text import safe
from grading.result import CheckResult, Report, Stuck, Verdict

WHOLE: Final = 3
"""Failures that are told as a story; the others are in the files of `--output`."""
_PLACES: Final = 3  # places in the code that a whole story shows


def missing(report: Report) -> Iterator[RenderableType]:
    """The part of the report about what failed or was switched off."""
    checks = graded(report)
    failed = points.dearest_first(checks)
    switched_off = [check for check in checks if check.verdict is Verdict.NA and check.max_points]
    lost = points.lost(checks)
    if not failed and not switched_off:
        return
    yield layout.heading(_("Чего не хватает: {points}").format(points=ngettext("{n} балл", "{n} балла", lost)))
    encoding = str(report.dialect.get("encoding") or "utf-8")
    advised: dict[str, str] = {}  # advice -> the check it was first given for
    for number, check in enumerate(failed):
        if number:
            yield Text()
        yield _failure(check, points.behind(check.id, checks), encoding if number < WHOLE else "", advised)
    yield from _elsewhere(failed)
    for check in switched_off:
        yield layout.line("—", "yellow", check, _("отключено в lab.toml, поэтому баллов не даёт"))


def next_step(report: Report) -> str:
    """The check that brings most, in one line; "" where nothing is to be gained."""
    checks = graded(report)
    dearest = next(iter(points.dearest_first(checks)), None)
    if dearest is None or not worth(dearest, checks):
        return ""
    gain = ngettext("{n} балл", "{n} балла", worth(dearest, checks))
    text = _("Следующий шаг: {title} [{id}], +{points}")
    return text.format(title=layout.title(dearest), id=dearest.id, points=gain)


def graded(report: Report) -> list[CheckResult]:
    """The checks that points are about."""
    return [check for check in report.checks if check.level != "info"]


def worth(check: CheckResult, checks: Sequence[CheckResult]) -> int:
    """The points that a failed check keeps back."""
    return check.max_points - check.points + points.behind(check.id, checks)


# -- one failure


def _failure(check: CheckResult, behind: int, encoding: str, advised: dict[str, str]) -> RenderableType:
    """One failure; without an encoding in short."""
    title = Text.assemble(("✗ ", "bold red"), (points.cost(check), "bold red"), "  ")
    title.append(layout.title(check), "bold")
    title.append(f"  [{safe(check.id)}]", "dim")
    rows: list[tuple[str, RenderableType]] = []
    if behind:
        more = ngettext("{n} балл", "{n} балла", behind)
        rows.append((_("важно"), _("за этой проверкой стоят другие, ещё {points}").format(points=more)))
    rows += [(_("ожидалось"), check.expected), (_("получено"), check.actual)]
    if encoding:
        rows += [*_talk(check, encoding), *_places(check)]
    else:
        rows += _place(check)
    rows.append((_("что делать"), _advice(check, advised)))
    if check.unstable:
        rows.append((_("нестабильно"), _("два прогона подряд дали разное: сервер работает то так, то этак")))
    return Group(title, layout.grid((what, how) for what, how in rows if how))


def _talk(check: CheckResult, encoding: str) -> Iterator[tuple[str, RenderableType]]:
    if sides := narrative.parted(check.events, encoding):
        yield _("сравните"), Comparison(*sides, encoding)
    if lines := narrative.told(check.events):
        yield _("разговор"), story(lines)


def _places(check: CheckResult) -> Iterator[tuple[str, RenderableType]]:
    """Where the threads wait; many at one place are one."""
    places, before = _telling(check), ""
    for thread in places[:_PLACES]:
        where = words.where(thread)
        alike = sum((other.file, other.line, other.call) == (thread.file, thread.line, thread.call) for other in check.stuck)
        yield "" if where == before else where, Place(thread, alike - 1)
        before = where
    if len(places) > _PLACES:
        yield "", _("и ещё мест: {n}").format(n=len(places) - _PLACES)


def _place(check: CheckResult) -> Iterator[tuple[str, RenderableType]]:
    """The most telling of them, in short."""
    for thread in _telling(check)[:1]:
        line = f"{thread.file}:{thread.line}" if thread.line else thread.file
        yield words.where(thread), "\n".join(part for part in (f"{line}   {thread.source}".strip(), why(thread)) if part)


def _telling(check: CheckResult) -> list[Stuck]:
    """One thread of each place that tells something. A healthy server waits in recv, in accept and in the get of a queue as well: where a
    thread sits elsewhere, those are left out, and the latter two also beside recv. Of one whose place is not known nothing more is to be
    had, so it hides nobody."""
    places = {(thread.file, thread.line, thread.call): thread for thread in reversed(check.stuck)}
    usual = {thread: {"recv": 1, "accept": 2, "get": 2}.get(thread.call, 0) for thread in reversed(places.values())}
    least = min((rank for thread, rank in usual.items() if thread.file), default=0)
    return [thread for thread, rank in usual.items() if rank == least or not thread.file]


def _advice(check: CheckResult, advised: dict[str, str]) -> str:
    """What to do; of what was said before, only where."""
    before = advised.setdefault(check.advice, check.id) if check.advice else check.id
    return check.advice if before == check.id else _("то же, что для [{id}]").format(id=before)


def _elsewhere(failed: Sequence[CheckResult]) -> Iterator[RenderableType]:
    """Where the rest is to be had."""
    if any(check.events for check in failed[WHOLE:]):
        yield Text()
        yield layout.indented(_("Остальные разговоры целиком — в файлах отчёта: grade --output ПАПКА."), "dim")
    if any(check.replay for check in failed):
        yield Text()
        yield layout.indented(_("Повторить эти разговоры у себя: grade --output ПАПКА положит туда программы *.replay.py."), "dim")
