"""`--format terminal`: the report a student reads. First what is missing for the next points, then what is already there.

Colour never says anything alone: a sign and words say it too. All text goes into rich as Text, so nothing in it is markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from grading.messages import _, ngettext
from grading.reports import words
from grading.reports.text import safe, safe_lines
from grading.result import CheckResult, Report, Stuck, Verdict

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
    graded = [check for check in report.checks if check.level != "info"]
    yield from _missing(graded)
    yield from _output(report)
    passed = [check for check in graded if check.verdict is Verdict.PASSED]
    yield from _list(_("Пройдено"), (_line("✓", "green", check) for check in passed))
    yield from _list(_("Не дошло до проверки"), _blocked(graded))
    infra = [check for check in graded if check.verdict is Verdict.INFRA]
    yield from _list(_("Не удалось проверить, и это не ваша вина"), (_line("!", "magenta", check, check.actual) for check in infra))
    yield from _list(_("К сведению, баллов не стоит"), (_info(check) for check in report.checks if check.level == "info"))
    absent = [_title(check) for check in graded if check.verdict is Verdict.NA and not check.max_points]
    yield from _list(_("Не относится к вашему чату"), [_body("; ".join(absent))] if absent else [])
    yield from _list(_("Примечания"), (_body(note) for note in report.notes))


# -- the head: what it came to, how the server speaks


def _header(report: Report) -> Iterator[RenderableType]:
    yield Rule(_text(report.path, "bold"), characters="━", style="dim")
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
    yield _indented(_("Балл курса: {points}").format(points=report.course_points), "bold")
    yield _indented(_("Вариант: {variant}").format(variant=report.variant or "—") + " · " + _model(report.model))
    if report.server:
        yield _indented(_("Сервер: {file}").format(file=report.server))
    if report.infra:
        yield _indented(_("Оценка предварительная: часть проверок сорвалась не по вашей вине."), "magenta")
    if report.needs_review:
        yield _indented(_("Работу должен посмотреть преподаватель: оценка предварительная."), "magenta")


def _model(name: str) -> str:
    shown = words.model(name)
    return _("Модель: {model}").format(model=f"{name} ({shown})" if name and name != shown else shown)


def _speech(report: Report) -> Iterator[RenderableType]:
    yield _heading(_("Как говорит ваш сервер"))
    lines = words.dialect(report.dialect)
    if lines and report.needs_review:
        yield _indented(_("Это только предположение: понять сервер до конца не удалось."), "magenta")
    yield _grid(lines) if lines else _body(_("Узнать не удалось: до разговора дело не дошло."))
    if report.isolation:
        yield _indented(_("Изоляция: {how}").format(how=words.isolation(report.isolation)), "dim")
        if report.isolation.not_protected:
            missing = "; ".join(report.isolation.not_protected)
            yield _indented(_("Не защищено: {what}").format(what=missing), "yellow")


# -- what is missing, the dearest first


def _missing(checks: list[CheckResult]) -> Iterator[RenderableType]:
    failed = [check for check in checks if check.verdict is Verdict.FAILED]
    switched_off = [check for check in checks if check.verdict is Verdict.NA and check.max_points]
    behind = {check.id: _behind(check.id, checks) for check in failed}
    lost = sum(check.max_points - check.points for check in (*failed, *switched_off)) + sum(behind.values())
    if not failed and not switched_off:
        return
    yield _heading(_("Чего не хватает: {points}").format(points=ngettext("{n} балл", "{n} балла", lost)))
    for number, check in enumerate(sorted(failed, key=lambda check: -(check.max_points - check.points + behind[check.id]))):
        if number:
            yield Text()
        yield _failure(check, behind[check.id])
    if any(check.replay for check in failed):
        yield Text()
        yield _indented(_("Повторить эти разговоры у себя: grade --output ПАПКА положит туда программы *.replay.py."), "dim")
    for check in switched_off:
        yield _line("—", "yellow", check, _("отключено в lab.toml, поэтому баллов не даёт"))


def _behind(id: str, checks: list[CheckResult]) -> int:
    """The points of all checks that could not run because this one failed, directly or through others."""
    waiting = [check for check in checks if check.verdict is Verdict.BLOCKED and check.blocked_by == id]
    return sum(check.max_points + _behind(check.id, checks) for check in waiting if check.id != id)


def _failure(check: CheckResult, behind: int) -> RenderableType:
    title = Text.assemble(("✗ ", "bold red"), (ngettext("{n} балл", "{n} балла", check.max_points - check.points), "bold red"), "  ")
    title.append(_title(check), "bold")
    title.append(f"  [{safe(check.id)}]", "dim")
    where = _("где ждёт") if any(thread.call for thread in check.stuck) else _("строка")
    lines = [
        (_("ожидалось"), check.expected),
        (_("получено"), check.actual),
        *((where if number == 0 else "", _stuck(thread)) for number, thread in enumerate(check.stuck)),
        (_("что делать"), check.advice),
    ]
    if behind:
        lines.insert(
            0, (_("важно"), _("за этой проверкой стоят другие, ещё {points}").format(points=ngettext("{n} балл", "{n} балла", behind)))
        )
    if check.unstable:
        lines.append((_("нестабильно"), _("два прогона подряд дали разное: сервер работает то так, то этак")))
    return Group(title, _grid((what, how) for what, how in lines if how))


def _stuck(thread: Stuck) -> str:
    """Where one thread waits, in two lines: the student's code, then the call and for whom."""
    place = f"{thread.file}:{thread.line}" if thread.line else thread.file
    where = f"{place}   {thread.source}".strip()
    call = _("цикл без отдыха") if thread.call == "busy" else _("вызов {call}").format(call=thread.call) if thread.call else ""
    why = ", ".join(part for part in (call, _("ждёт: {whom}").format(whom=thread.waits_for) if thread.waits_for else "") if part)
    return "\n".join(part for part in (where, why) if part)


def _blocked(checks: list[CheckResult]) -> Iterator[RenderableType]:
    """What could not run, together by what stands in the way: a server that does not start blocks nearly everything."""
    blocked = [check for check in checks if check.verdict is Verdict.BLOCKED]
    for blocker in dict.fromkeys(check.blocked_by for check in blocked):
        waiting = [check for check in blocked if check.blocked_by == blocker]
        titles = "; ".join(_title(check) for check in waiting)
        reason = _("ждут {id}: {titles}").format(id=blocker, titles=titles) if blocker else titles
        yield _row("○", "yellow", f"0/{sum(check.max_points for check in waiting)}", Text("; ".join(safe_lines(reason)), overflow="fold"))


def _output(report: Report) -> Iterator[RenderableType]:
    """What the server printed, where it did not start: there the reason stands."""
    started = next((check.verdict for check in report.checks if check.id == "starts"), Verdict.FAILED)
    lines = safe_lines(report.server_output.rstrip("\n"))
    if started is Verdict.PASSED or not report.server_output.strip():
        return
    yield _heading(_("Что напечатал сервер"))
    if len(lines) > _OUTPUT_LINES:
        yield _indented(_("(показаны последние строки: {n})").format(n=_OUTPUT_LINES), "dim")
    for line in lines[-_OUTPUT_LINES:]:
        yield _indented("│ " + line)


# -- small pieces


def _list(title: str, lines: Iterable[RenderableType]) -> Iterator[RenderableType]:
    lines = list(lines)
    if lines:
        yield _heading(title)
        yield from lines


def _line(sign: str, style: str, check: CheckResult, more: str = "") -> RenderableType:
    """One check on one line: sign, points, title, and what more there is to say; a long one is folded beside its points."""
    text = Text(_title(check), overflow="fold")
    if more:
        text.append(" — " + "; ".join(safe_lines(more)), "dim")
    return _row(sign, style, str(check.points) if check.verdict is Verdict.PASSED else f"{check.points}/{check.max_points}", text)


def _row(sign: str, style: str, worth: str, text: Text) -> RenderableType:
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(no_wrap=True)
    row.add_column(no_wrap=True, justify="right", min_width=4)
    row.add_column(overflow="fold")
    row.add_row(Text(sign, style), Text(worth, "bold"), text)
    return _inside(row)


def _info(check: CheckResult) -> RenderableType:
    answer = {Verdict.PASSED: _("да"), Verdict.FAILED: _("нет")}.get(check.verdict, "—")
    return _body(f"{_title(check)}: {answer}")


def _title(check: CheckResult) -> str:
    """A check's title without the full stop of its docstring: here it stands among other words."""
    return safe(check.title).rstrip(".")


def _heading(text: str) -> RenderableType:
    return Group(Text(), _text(text, "bold"))


def _grid(rows: Iterable[tuple[str, str]]) -> RenderableType:
    """Names on the left, what may be long on the right, folded and never cut."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for what, how in rows:
        table.add_row(_text(what), Text("\n".join(safe_lines(how)), overflow="fold"))
    return _inside(table)


def _body(text: str) -> RenderableType:
    return _inside(Text("\n".join(safe_lines(text)), overflow="fold"))


def _indented(text: str, style: str = "") -> RenderableType:
    return _inside(_text(text, style))


def _inside(part: RenderableType) -> Padding:
    """Two spaces in, and no spaces behind: a report is also read from a file."""
    return Padding(part, (0, 0, 0, 2), expand=False)


def _text(text: str, style: str = "") -> Text:
    return Text(safe(text), style, overflow="fold")
