"""Tables that are about the grader and not about a submission: `--list` and `--doctor`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grading.catalogue import CheckInfo
from grading.messages import _
from grading.reports.text import safe
from grading.rubrics import Rubric


class Layer(Protocol):
    """One layer of protection, as the sandbox examined it on this machine."""

    @property
    def name(self) -> str: ...
    @property
    def works(self) -> bool: ...
    @property
    def detail(self) -> str: ...
    @property
    def remedy(self) -> str: ...


def show_checks(checks: Iterable[CheckInfo], rubrics: Sequence[Rubric], console: Console) -> None:
    """Every check: its id, level, points in each variant, what it shows, and which must have passed before it.

    An empty cell means that the check does not apply to that variant.

    They come in the order of the rubrics, those without points last.
    """
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    table.add_column(_("проверка и что она показывает"), overflow="fold", min_width=24)
    table.add_column(_("уровень"), no_wrap=True)
    for rubric in rubrics:
        table.add_column(Text(safe(rubric.variant)), justify="right", overflow="fold", width=max(5, len(rubric.variant)))
    order = list(dict.fromkeys(id for rubric in rubrics for id in rubric.points))
    for check in sorted(checks, key=lambda check: order.index(check.id) if check.id in order else len(order)):
        points = [Text(str(rubric.points[check.id]) if check.id in rubric.points else "") for rubric in rubrics]
        what = Text.assemble((check.id, "bold"), "\n", safe(_(check.title)))
        if check.needs:
            what.append("\n" + _("после: {id}").format(id=check.needs), "dim")
        table.add_row(what, Text(check.level), *points)
    table.add_section()
    totals = [Text(str(sum(rubric.points.values()))) for rubric in rubrics]
    table.add_row(Text(_("всего")), Text(), *totals)
    table.caption_justify = "left"
    table.caption = _("must — текст задания, should — качество, info — к сведению; пустая клетка — к варианту не относится")
    console.print(table)


def show_layers(layers: Iterable[Layer], console: Console) -> None:
    """What protects this machine from the code it grades, what does not work here, and what would help."""
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for title in (_("слой защиты"), _("работает"), _("подробности")):
        table.add_column(title, overflow="fold")
    for layer in layers:
        detail = Text(safe(layer.detail))
        if layer.remedy and not layer.works:
            detail.append(("\n" if layer.detail else "") + _("Что поможет: {remedy}").format(remedy=safe(layer.remedy)))
        table.add_row(Text(safe(layer.name)), Text(_("да") if layer.works else _("нет")), detail)
    console.print(table)
