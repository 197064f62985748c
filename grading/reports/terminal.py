"""`--format terminal`: the report a student reads. First what is missing for the next points, then what is already there.

Colour never says anything alone: a sign and words say it too. All text goes into rich as Text, so nothing in it is markup.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.text import Text

from grading.messages import _
from grading.reports import failures, layout, words
from grading.reports.text import safe_lines
from grading.result import CheckResult, Report, Verdict

_BAR: Final = 20  # cells of the score bar: with its number it fits 60 columns
_OUTPUT_LINES: Final = 30  # of what the server printed: a traceback with its chain fits


def show(report: Report, console: Console) -> None:
    """Print the whole report."""
    for part in _parts(report):
        console.print(part)
    console.print()


def _parts(report: Report) -> Iterator[RenderableType]:
    yield from _header(report)
    yield from _speech(report)
    graded = failures.graded(report)
    yield from failures.missing(report)
    yield from _output(report)
    passed = [check for check in graded if check.verdict is Verdict.PASSED]
    yield from layout.listed(_("Пройдено"), (layout.line("✓", "green", check) for check in passed))
    yield from layout.listed(_("Не дошло до проверки"), _blocked(graded))
    infra = [check for check in graded if check.verdict is Verdict.INFRA]
    ours = (layout.line("!", "magenta", check, check.actual) for check in infra)
    yield from layout.listed(_("Не удалось проверить, и это не ваша вина"), ours)
    yield from layout.listed(_("К сведению, баллов не стоит"), (_info(check) for check in report.checks if check.level == "info"))
    absent = [layout.title(check) for check in graded if check.verdict is Verdict.NA and not check.max_points]
    yield from layout.listed(_("Не относится к вашему чату"), [layout.body("; ".join(absent))] if absent else [])
    yield from layout.listed(_("Примечания"), (layout.body(note) for note in report.notes))


# -- the head: what it came to, how the server speaks


def _header(report: Report) -> Iterator[RenderableType]:
    yield Rule(layout.bare(report.path, "bold"), characters="━", style="dim")
    cells = _BAR * report.score // report.max_score if report.max_score else 0
    score = _("{score} из {most}").format(score=report.score, most=report.max_score)
    outcome = _("предварительно") if report.infra else _("зачёт") if report.passed else _("пока не зачёт")
    yield Text.assemble(
        "  ",
        (score, "bold reverse"),
        "  ",
        ("█" * cells + "░" * (_BAR - cells), "green" if report.passed else "red"),
        "  ",
        (outcome, "bold"),
    )
    yield layout.indented(_("Балл курса: {points}").format(points=report.course_points), "bold")
    yield layout.indented(_("Вариант: {variant}").format(variant=report.variant or "—") + " · " + _model(report.model))
    if report.server:
        yield layout.indented(_("Сервер: {file}").format(file=report.server))
    if report.infra:
        yield layout.indented(_("Оценка предварительная: часть проверок сорвалась не по вашей вине."), "magenta")
    if report.needs_review:
        yield layout.indented(_("Работу должен посмотреть преподаватель: оценка предварительная."), "magenta")
    if step := failures.next_step(report):
        yield layout.body(step)


def _model(name: str) -> str:
    shown = words.model(name)
    return _("Модель: {model}").format(model=f"{name} ({shown})" if name and name != shown else shown)


def _speech(report: Report) -> Iterator[RenderableType]:
    yield layout.heading(_("Как говорит ваш сервер"))
    lines = words.dialect(report.dialect)
    if lines and report.needs_review:
        yield layout.indented(_("Это только предположение: понять сервер до конца не удалось."), "magenta")
    yield layout.grid(lines) if lines else layout.body(_("Узнать не удалось: до разговора дело не дошло."))
    if report.isolation:
        yield layout.indented(_("Изоляция: {how}").format(how=words.isolation(report.isolation)), "dim")
        if report.isolation.not_protected:
            missing = "; ".join(report.isolation.not_protected)
            yield layout.indented(_("Не защищено: {what}").format(what=missing), "yellow")


# -- the rest


def _blocked(checks: list[CheckResult]) -> Iterator[RenderableType]:
    """What could not run, together by what stands in the way: a server that does not start blocks nearly everything."""
    blocked = [check for check in checks if check.verdict is Verdict.BLOCKED]
    for blocker in dict.fromkeys(check.blocked_by for check in blocked):
        waiting = [check for check in blocked if check.blocked_by == blocker]
        titles = "; ".join(layout.title(check) for check in waiting)
        reason = _("ждут {id}: {titles}").format(id=blocker, titles=titles) if blocker else titles
        points = sum(check.max_points for check in waiting)
        yield layout.row("○", "yellow", f"0/{points}", Text("; ".join(safe_lines(reason)), overflow="fold"))


def _output(report: Report) -> Iterator[RenderableType]:
    """What the server printed, where it did not start: there the reason stands."""
    started = next((check.verdict for check in report.checks if check.id == "starts"), Verdict.FAILED)
    lines = safe_lines(report.server_output.rstrip("\n"))
    if started is Verdict.PASSED or not report.server_output.strip():
        return
    yield layout.heading(_("Что напечатал сервер"))
    if len(lines) > _OUTPUT_LINES:
        yield layout.indented(_("(показаны последние строки: {n})").format(n=_OUTPUT_LINES), "dim")
    for line in lines[-_OUTPUT_LINES:]:
        yield layout.indented("│ " + line)


def _info(check: CheckResult) -> RenderableType:
    answer = {Verdict.PASSED: _("да"), Verdict.FAILED: _("нет")}.get(check.verdict, "—")
    return layout.body(f"{layout.title(check)}: {answer}")
