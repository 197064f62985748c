"""How much of each check its reader may see. Applied once, to the report itself, before any renderer: what is not there leaks nowhere.

`full` is everything. `own-output-only` is the verdict, the points, and what is the student's own: what the server printed, and the lines of
code where it waits; not what was expected, who said what, whom a thread waits for, the advice (it tells what was tried) and the replay.
`verdict-only` is the verdict, the points and the title. What the server printed belongs to no single check: it goes where all are
`verdict-only`. A note is left out where it quotes something that is hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from grading.messages import _
from grading.options import Options
from grading.result import CheckResult, Report, Verdict
from grading.rubrics import chosen
from grading.rubrics.policy import FULL, OWN_OUTPUT_ONLY, VERDICT_ONLY, Policy, strictest

_QUOTED: Final = 4  # characters below which a text that is in a note is no quotation


class Curtain:
    """What one run of `grade` shows of its reports: what their rubrics say, or what the command line says instead."""

    def __init__(self, options: Options) -> None:
        """Raises ConfigError for a rubric that is wrong."""
        self._over = Policy(options.visibility) if options.visibility else None
        self._policies = {} if self._over else {rubric.variant: rubric.visibility for rubric in chosen(options)}

    def before(self, report: Report) -> Report:
        """The report as its reader may see it; one of no known variant by the strictest rubric."""
        policy = self._over or self._policies.get(report.variant) or strictest(self._policies.values())
        return shown(report, policy)


def shown(report: Report, policy: Policy) -> Report:
    """The report with what its reader may see; verdicts, points and titles are always there."""
    hidden = [check for check in report.checks if policy.of(check.id) != FULL]
    if not hidden:
        return report
    secrets = {text for check in hidden for text in _texts(check) if len(text) >= _QUOTED}
    nothing_own = all(policy.of(check.id) == VERDICT_ONLY for check in report.checks)
    return replace(
        report,
        checks=tuple(_shown(check, policy.of(check.id)) for check in report.checks),
        notes=tuple(note for note in report.notes if not any(secret in note for secret in secrets)),
        server_output="" if nothing_own else report.server_output,
        sources={} if nothing_own else report.sources,
    )


def _shown(check: CheckResult, level: str) -> CheckResult:
    if level == FULL:
        return check
    own = level == OWN_OUTPUT_ONLY
    return replace(
        check,
        expected="",
        actual=_("подробности этой проверки закрыты преподавателем") if check.verdict is Verdict.FAILED else "",
        advice="",
        stuck=tuple(replace(thread, waits_for="") for thread in check.stuck) if own else (),
        replay="",
        events=(),
    )


def _texts(check: CheckResult) -> Iterator[str]:
    """All that must not be quoted elsewhere."""
    yield from (check.expected, check.actual, check.advice, check.replay)
    yield from (thread.waits_for for thread in check.stuck)
    for event in check.events:
        if event.what in ("says", "sends", "note") or event.by:  # what the server says by itself is the student's own
            yield event.text.strip()
