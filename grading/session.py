"""One run of `grade` over its submissions: shows each report as it comes, writes the files, compares repetitions, sums up the exit code."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

from grading import batch, progress
from grading.errors import CONFIG, NOT_PASSED, OURS, PASSED, ConfigError, worse
from grading.messages import _, ngettext
from grading.options import Options
from grading.reports import files, formats, json_lines
from grading.reports.text import encodable, safe
from grading.reports.visibility import Curtain
from grading.result import Report
from grading.submission.model import Submission


@dataclass(frozen=True)
class Session:
    """What is the same for all submissions of one command.

    Attributes:
        output: a folder for files, None for none.
        jobs: how many at once, 0 for all processors.
        durations: show where the time went, where a person reads.
    """

    grade: batch.Grade
    options: Options
    format: str
    output: str | None
    jobs: int
    durations: bool = False

    def run(self, submissions: Sequence[Submission], repeat: int = 1) -> int:
        """Grade, show and write them all; with `repeat`, each so many times, and what is shown is the first. Returns the exit code."""
        formats.check(self.format, len(submissions), self.output)
        self._prepare_folder()
        curtain = Curtain(self.options)
        code, shown = PASSED, list[Report]()
        rounds = [submission for submission in submissions for _again in range(repeat)]
        counter = _Progress(len(rounds))
        try:
            with closing(self._outcomes(submissions, rounds)) as outcomes:
                for submission in submissions:
                    first, *again = [_visible(next(outcomes), curtain) for _again in counter.rounds(submission.path, repeat)]
                    code = worse(code, self._show(first, shown))
                    if again and not _the_same(first, again, submission.path):
                        code = worse(code, OURS)
        finally:  # after Ctrl-C, of those that are done
            code = worse(code, self._document(shown))
        return code

    def _outcomes(self, submissions: Sequence[Submission], rounds: Sequence[Submission]) -> Generator[batch.Outcome, None, None]:
        if len(submissions) > 1:
            return batch.run(rounds, self.options, self.grade, jobs=self.jobs)
        return (self._outcome(submission) for submission in rounds)

    def _outcome(self, submission: Submission) -> batch.Outcome:
        with progress.heard_by(_load_terminal) if self.format == "terminal" else nullcontext():
            return batch.attempt(self.grade, submission, self.options)

    def _show(self, outcome: batch.Outcome, shown: list[Report]) -> int:
        if isinstance(outcome, ConfigError):
            _say(f"grade: {outcome}")
            return CONFIG
        shown.append(outcome)
        if self.format == "json":
            _print_bytes(json_lines.line(outcome) + "\n")
        elif self.format == "html" and self.output is None:
            from grading.reports import html  # noqa: PLC0415 - jinja2 is loaded only for those who want a page

            _print_bytes(html.page(outcome))
        elif self.format == "terminal":
            from grading.reports import durations, terminal  # noqa: PLC0415 - see _load_terminal
            from grading.reports.console import make_console  # noqa: PLC0415

            terminal.show(outcome, make_console(sys.stdout))
            if self.durations:
                durations.show(outcome, make_console(sys.stdout))
        return worse(_code(outcome), self._write(outcome))

    def _document(self, shown: Sequence[Report]) -> int:
        """Prints and writes what is one document over all submissions, where the format is one."""
        try:
            _print_bytes(formats.write(self.format, shown, None if self.output is None else Path(self.output)))
        except OSError as error:
            _say(_("grade: отчёт не записан: {why}").format(why=error))
            return OURS
        return PASSED

    def _prepare_folder(self) -> None:
        if self.output is None:
            return
        try:
            Path(self.output).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(_("папку для отчётов не создать: {why}").format(why=error.strerror or error), self.output) from error

    def _write(self, report: Report) -> int:
        if self.output is None:
            return PASSED
        try:
            files.write(report, Path(self.output))
        except OSError as error:  # a full disk: what was finished before stays
            _say(_("grade: отчёт о {path} не записан: {why}").format(path=report.path, why=error.strerror or error))
            return OURS
        return PASSED


_loading: list[Thread] = []


def _load_terminal(check: str) -> None:
    """With the first check, what will show the report begins to be loaded, rich above all: checks leave time for it where they wait."""
    if not _loading:
        _loading.append(Thread(target=import_module, args=("grading.reports.terminal",), daemon=True))
        _loading[0].start()


def _visible(outcome: batch.Outcome, curtain: Curtain) -> batch.Outcome:
    return outcome if isinstance(outcome, ConfigError) else curtain.before(outcome)


def _code(report: Report) -> int:
    return OURS if report.infra else PASSED if report.passed else NOT_PASSED


# -- repetitions


def _the_same(first: batch.Outcome, again: Sequence[batch.Outcome], path: str) -> bool:
    """Whether all repetitions came to one report, times apart; says so, and shows how each other kind differs from the first."""
    texts = [without_times(outcome) for outcome in (first, *again)]
    kinds = list(dict.fromkeys(texts))
    runs = ngettext("{n} прогон", "{n} прогона", len(texts))
    reports = ngettext("{n} отчёт", "{n} разных отчёта", len(kinds))
    _say(f"{path}: {runs}, {reports}")
    for kind in kinds[1:]:
        numbers = ", ".join(str(number) for number, text in enumerate(texts, 1) if text == kind)
        lines = difflib.unified_diff(kinds[0].splitlines(), kind.splitlines(), "1", numbers, lineterm="", n=6)
        for line in lines:
            _say(line)
    return len(kinds) == 1


def without_times(outcome: batch.Outcome) -> str:
    """The report as JSON, without what may differ from run to run: how long everything took."""
    if isinstance(outcome, ConfigError):
        return str(outcome)
    found: dict[str, Any] = {**json_lines.to_object(outcome), "notes": list(outcome.notes)}
    del found["seconds"], found["phases"]
    for check in found["checks"]:
        del check["seconds"]
    return json.dumps(found, ensure_ascii=False, indent=1)


# -- streams


class _Progress:
    """Counts rounds, on a line of stderr where somebody is there to see it. The line is gone before anything else is printed."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._number = count(1)

    def rounds(self, path: str, times: int) -> Iterator[int]:
        """The numbers of so many rounds over one submission."""
        if not sys.stderr.isatty():
            yield from range(times)
            return
        from rich.text import Text  # noqa: PLC0415 - as in Session._show

        from grading.reports.console import make_console  # noqa: PLC0415

        with make_console(sys.stderr).status(Text(_("Проверяю"))) as status:
            what = ""

            def say(check: str = "") -> None:
                status.update(Text(f"{what}: {check}" if check else what, no_wrap=True, overflow="ellipsis"))

            with progress.heard_by(say):
                for round in range(times):
                    line = _("Проверяю, {number} из {total}: {path}") if self._total > 1 else _("Проверяю {path}")
                    what = line.format(number=next(self._number), total=self._total, path=safe(path))
                    say()
                    yield round


def _print_bytes(text: str) -> None:
    """JSON is UTF-8 with bare newlines whatever the console speaks."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
    else:
        buffer.write(text.encode("utf-8"))
    sys.stdout.flush()


def _say(text: str) -> None:
    print(encodable(safe(text), getattr(sys.stderr, "encoding", None) or "utf-8"), file=sys.stderr)
