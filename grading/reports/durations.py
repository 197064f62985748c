"""`--durations`: where the time of one grading went, the slowest first."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grading.messages import _
from grading.reports.text import safe
from grading.result import Report


def show(report: Report, console: Console) -> None:
    """A table of the phases, and one of the checks that took any time."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column(_("на что ушло время"), overflow="fold")
    table.add_column(_("секунды"), justify="right", no_wrap=True)
    for name, seconds in _phases(report):
        table.add_row(Text(name), Text(f"{seconds:.3f}"))
    table.add_row(Text(_("всего"), "bold"), Text(f"{report.seconds:.3f}", "bold"))
    table.add_section()
    for check in sorted(report.checks, key=lambda check: -check.seconds):
        if check.seconds >= 0.0005:  # what is shown as 0.000 is not shown
            table.add_row(Text(safe(check.id)), Text(f"{check.seconds:.3f}"))
    console.print(table)


def _phases(report: Report) -> Iterator[tuple[str, float]]:
    titles = {
        "start": _("песочница и запуск сервера"),
        "interview": _("знакомство: как говорит сервер"),
        "checks": _("проверки"),
        "servers": _("в том числе ожидание новых серверов"),
    }
    for name, title in titles.items():
        if name in report.phases:
            yield title, report.phases[name]
