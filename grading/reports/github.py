"""`--format github`: workflow commands that annotate the code, and the summary of the job in Markdown.

What a student had a hand in stands only in values of our own commands, escaped, and in Markdown with every punctuation mark escaped: it can
neither begin a command nor a link, a mention or a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from grading.messages import _, ngettext
from grading.reports import brief, points
from grading.reports.places import place
from grading.reports.text import safe
from grading.result import CheckResult, Report

MOST_ERRORS: Final = 10
"""Annotations of one kind that a step may have; GitHub drops the rest."""
MOST_BYTES: Final = 1_000_000
"""A summary of more than 1 MiB is refused whole."""
_SHOWN: Final = 400
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")


def commands(reports: Sequence[Report], base: Path) -> str:
    """One line for each failed check, the dearest first, and a notice for each submission; `base`: the root of the repository."""
    errors = [(report, check) for report in reports for check in brief.failed(report)]
    errors.sort(key=lambda pair: -(pair[1].max_points - pair[1].points + points.behind(pair[1].id, pair[0].checks)))
    lines = [_error(report, check, base) for report, check in errors[:MOST_ERRORS]]
    lines += islice((f"::notice title={_property('grade')}::{_message(brief.summary(report))}" for report in reports), MOST_ERRORS)
    return "".join(f"{line}\n" for line in lines)


def _error(report: Report, check: CheckResult, base: Path) -> str:
    path, line = place(report, check, base)
    title = f"{check.id}: {brief.title(check)}"
    said = _message("\n".join(text[:_SHOWN] for text in brief.lines(check)))
    return f"::error file={_property(path)},line={line},endLine={line},title={_property(title)}::{said}"


def summary(reports: Sequence[Report]) -> str:
    """Markdown for the page of the job: a table of all, then what each is missing; cut at a whole submission where it would be refused."""
    head = "## chat-lab\n\n" + "".join(_table(reports))
    size, sections = len(head.encode()), []
    for number, report in enumerate(reports):
        section = "".join(f"{line}\n" for line in _section(report))
        size += len(section.encode())
        if size > MOST_BYTES:
            rest = ngettext("{n} работа", "{n} работы", len(reports) - number)
            sections.append("\n" + _("Не поместилось: {rest}.").format(rest=rest) + "\n")
            break
        sections.append(section)
    return head + "".join(sections)


def _table(reports: Sequence[Report]) -> Iterator[str]:
    yield "| {} | {} | {} | |\n|---|---:|---:|---|\n".format(_("работа"), _("балл"), _("балл курса"))
    for report in reports[:1000]:
        outcome = _("предварительно") if report.infra or report.needs_review else _("зачёт") if report.passed else _("пока не зачёт")
        yield f"| {markdown(report.path)} | {report.score} / {report.max_score} | {report.course_points} | {outcome} |\n"


def _section(report: Report) -> Iterator[str]:
    missing = brief.failed(report)
    if not missing:
        return
    yield f"\n### {markdown(report.path)}\n"
    for check in missing:
        yield f"- **{markdown(brief.title(check))}** ({markdown(check.id)}, {points.cost(check)})"
        for line in brief.lines(check):
            yield f"  - {markdown(line[:_SHOWN])}"


def markdown(text: str) -> str:
    """Any text as plain words of Markdown: every ASCII punctuation mark may be escaped there, and a link or a mention is none then."""
    return _PUNCTUATION.sub(r"\\\1", safe(text))


def _message(text: str) -> str:
    lines = "\n".join(safe(line) for line in text.split("\n"))
    return lines.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(safe(text)).replace(":", "%3A").replace(",", "%2C")
