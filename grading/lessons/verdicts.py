"""`look` and `check`: the grader inside a cell. A few verdicts, and of the dearest failure all that helps."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from typing import Any, Final

from grading.catalogue import catalogue
from grading.engine import grade
from grading.errors import ConfigError
from grading.lessons.shown import LessonError, Shown, html_table, show, text_table
from grading.lessons.works import submission
from grading.messages import N_, _
from grading.options import Options
from grading.reports import brief, points, swimlane
from grading.reports.text import safe
from grading.result import CheckResult, Report, Verdict
from grading.rubrics import suggest
from grading.sandbox import SandboxError
from grading.verdicts import Infra

SEED: Final = 1
"""The same words for everybody: what a cell shows changes only when the server does."""
ROWS: Final = 20
"""Rows of the picture at most: it stands in the middle of a text."""
_UNSETTLED: Final = ("slow-reader",)
"""Checks without a picture: how much is said there before the kernel's buffers are full is different each time."""
_SIGNS: Final = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.BLOCKED: "…", Verdict.NA: "—", Verdict.INFRA: "!"}
_WORDS: Final = {
    Verdict.PASSED: N_("пройдена"),
    Verdict.FAILED: N_("не пройдена"),
    Verdict.BLOCKED: N_("ждёт другой"),
    Verdict.NA: N_("здесь не бывает"),
    Verdict.INFRA: N_("сбой проверки"),
}


class NotYet(LessonError):
    """Not every check has passed yet. An exercise that raises it earns no points; it says what to do next in one line."""


def look(work: Any, *ids: str, variant: str = "multi-user", inside: str | os.PathLike[str] = "") -> Shown:
    """What the grader says about a server.

    Args:
        work, inside: as in `grading.lessons.works.submission`.
        ids: the checks that are of interest; what they need runs too. None: all.
        variant: the assignment whose points count.

    Returns: what a cell shows: verdicts, and of the dearest failure what was expected, what came, where the server waits, what to do, and
        a picture.
    Raises: LessonError for something that cannot be asked; never for a wrong server.
    """
    return _shown(_graded(work, ids, variant, inside), ids)


def check(work: Any, *ids: str, variant: str = "multi-user", inside: str | os.PathLike[str] = "") -> None:
    """Shows the same, and raises NotYet unless every check named has passed (none named: all that give points)."""
    report = _graded(work, ids, variant, inside)
    show(_shown(report, ids))
    wanted = [one for one in report.checks if one.id in ids] if ids else brief.graded(report)
    missing = [one for one in wanted if one.verdict is not Verdict.PASSED and (ids or one.verdict is not Verdict.NA)]
    if missing:
        raise NotYet(_not_yet(report, missing))


def _graded(work: Any, ids: Sequence[str], variant: str, inside: str | os.PathLike[str]) -> Report:
    known = [one.id for one in catalogue()]
    for id in ids:
        if id not in known:
            raise LessonError(_("Нет проверки «{name}».").format(name=id) + suggest(id, known))
    handed_in = submission(work, inside)
    try:
        return grade(handed_in, Options(variant=variant, checks=tuple(ids), seed=SEED, calm=True))
    except ConfigError as error:
        raise LessonError(str(error)) from error
    except (SandboxError, Infra) as error:
        raise LessonError(_("Проверить не удалось, и сервер в этом не виноват: {why}").format(why=safe(str(error)))) from error


def _not_yet(report: Report, missing: Sequence[CheckResult]) -> str:
    first = next(iter(_dearest(report)), missing[0])
    reason = brief.reason(first) if first.verdict in (Verdict.FAILED, Verdict.BLOCKED) else _(_WORDS[first.verdict])
    return _("Пока не получилось: {title} — {reason}").format(title=brief.title(first), reason=reason)


def _dearest(report: Report) -> list[CheckResult]:
    """The failures, the one first that most points or most other checks wait for."""
    dear = points.dearest_first(report.checks)
    waited = [one.blocked_by for one in report.checks if one.verdict is Verdict.BLOCKED]
    return sorted(dear, key=lambda one: -waited.count(one.id))


# -- what is shown


def _shown(report: Report, ids: Sequence[str]) -> Shown:
    told = [one for one in report.checks if not ids or one.id in ids or one.verdict in (Verdict.FAILED, Verdict.INFRA)]
    rows = [(_SIGNS[one.verdict], brief.title(one), safe(one.id), _(_WORDS[one.verdict])) for one in _worth_a_row(told, ids)]
    failed = next(iter(_dearest(report)), None)
    details = brief.parts(failed) if failed is not None else []
    details = [(what, safe(text)) for what, text in details if text]
    head = f"{safe(report.path)}: {_outcome(told)}"
    html = "".join([html_table(rows, ("", head, "", "")) if rows else f"<p>{escape(head)}</p>", html_table(details) if details else ""])
    text = "\n".join([head, text_table(rows), *(f"{what}: {text}" for what, text in details)])
    return Shown(html, text, _picture(failed, told))


def _worth_a_row(told: Sequence[CheckResult], ids: Sequence[str]) -> list[CheckResult]:
    """Where all were asked for, those that failed and no others: three dozen rows are no answer."""
    return [one for one in told if ids or one.verdict in (Verdict.FAILED, Verdict.INFRA)]


def _outcome(told: Sequence[CheckResult]) -> str:
    there = [one for one in told if one.verdict is not Verdict.NA]
    passed = sum(one.verdict is Verdict.PASSED for one in there)
    return _("проверок пройдено: {n} из {most}").format(n=passed, most=len(there))


def _picture(failed: CheckResult | None, told: Sequence[CheckResult]) -> str:
    """The conversation that went wrong; where none did, that of the last check that had one."""
    talks = [one for one in reversed(told) if one.events and one.id not in _UNSETTLED]
    one = failed if failed is not None else next(iter(talks), None)
    if one is None or one.id in _UNSETTLED:
        return ""
    return swimlane.picture(one.events, title=brief.title(one), rows=ROWS, timed=False)
