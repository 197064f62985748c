"""One check in a few plain lines: what every format for machines says about it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from grading.messages import _
from grading.reports import points, words
from grading.reports.text import safe
from grading.result import CheckResult, Report, Stuck, Verdict

KEPT: Final = 16_000
"""Characters of the server's output, or of anything else that a student had a hand in, that one entry of a report for machines carries."""


def graded(report: Report) -> list[CheckResult]:
    """The checks that may cost points."""
    return [check for check in report.checks if check.level != "info"]


def failed(report: Report) -> list[CheckResult]:
    """Those that did, the one first that stands before most points."""
    return points.dearest_first(graded(report))


def title(check: CheckResult) -> str:
    """Without the full stop of its docstring."""
    return safe(check.title).rstrip(".")


def reason(check: CheckResult) -> str:
    """Why it has not passed, in one line; "" where it has."""
    if check.verdict is Verdict.BLOCKED:
        return _("ждёт проверки {id}").format(id=safe(check.blocked_by)) if check.blocked_by else _("до этой проверки дело не дошло")
    if check.verdict is Verdict.FAILED:
        return safe(check.actual or check.expected) or title(check)
    return safe(check.actual)


def lines(check: CheckResult) -> list[str]:
    """Expected, received, where, advice: each on a line, harmless, cut to what an entry carries."""
    return [f"{what}: {safe(text[:KEPT])}" for what, text in parts(check) if text]


def parts(check: CheckResult) -> Iterator[tuple[str, str]]:
    """What there is to say about it, as (what, text); a text may be empty, and is not yet harmless."""
    if check.verdict is Verdict.FAILED:
        yield _("ожидалось"), check.expected
        yield _("получено"), check.actual
    else:
        yield _("почему"), reason(check)
    for thread in check.stuck:
        yield words.where(thread), stuck(thread)
    yield _("что делать"), check.advice
    if check.unstable:
        yield _("нестабильно"), _("два прогона подряд дали разное: сервер работает то так, то этак")


def stuck(thread: Stuck) -> str:
    """Where a thread waits, in one line."""
    place = f"{thread.file}:{thread.line}" if thread.line else thread.file
    waits = _("ждёт: {whom}").format(whom=thread.waits_for) if thread.waits_for else ""
    return "   ".join(part for part in (place, thread.source, waits) if part)


def summary(report: Report) -> str:
    """The outcome of a submission in one line."""
    outcome = _("предварительно") if report.infra or report.needs_review else _("зачёт") if report.passed else _("пока не зачёт")
    score = _("{score} из {most}").format(score=report.score, most=report.max_score)
    return f"{safe(report.path)}: {score}, {outcome}"
