"""The pytest plugin that makes a plain function a check: fixtures, needs, verdicts.

A check talks through the `chat` fixture (or looks at the `lab`), and ends with everything said having come to everybody it was due to.
What it returns, if anything, is a remark for the reader. It is run on the shared server; a failure there is run again on a fresh one, and
if it fails there too, once more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import pytest

from grading import progress
from grading.attempts import Attempt, Runs, talks
from grading.bench import AHEAD, Bench
from grading.lab import Lab
from grading.messages import _
from grading.result import CheckResult, Verdict
from grading.sandbox import SandboxError, StudentBrokeSandbox
from grading.scenario import Step, acts
from grading.shrinking import load_ahead, shortest
from grading.verdicts import Infra

SHRINKING_TRIES: Final = 16
"""Scenarios played to find the shortest that goes wrong: with faults of four kinds, 16 were enough to come within two steps of it."""
SHRINKING_TRIES_WHERE_SLOW: Final = 4
"""The same with a server that answers only when a timer wakes it, or never rests."""
TIME_LIMIT: Final = 240.0
"""Seconds for all checks of one submission. A right server that answers only after 2 s needs half of it; a good one half a second."""


def check(id: str, *, needs: str = "", level: str = "should", variants: str = "", fresh: bool = False) -> pytest.MarkDecorator:
    """Makes a test function a check.

    Args:
        id: its name in rubrics and reports.
        needs: the check that must have passed before, "" for none.
        level: "must" (the text of the assignment), "should" (engineering quality) or "info".
        variants: names of the variants it applies to, with blanks between, "" for all. Rubrics keep to it; and where a chat holds only two,
            a needed check that is not for "two-user" is replaced by what that one needs.
        fresh: on a server of its own: what an earlier leaving has broken might hide what it looks for.
    """
    return pytest.mark.check(id=id, needs=needs, level=level, variants=variants, fresh=fresh)


Judged = tuple[Attempt, bool, float]
"""A verdict, whether two fresh runs differed, and seconds."""


class Grading:
    """Runs the collected checks against one submission.

    Attributes:
        results: one for each check, in the order of the checks once all have run.
        troubles: what went wrong on our side, for the log.
        aborted: what kept the checks from running at all, None if nothing did.
    """

    def __init__(
        self,
        lab: Lab,
        bench: Bench,
        only: Sequence[str] = (),
        fatal: Collection[str] = (),
        first: Callable[[], None] = lambda: None,
    ) -> None:
        """`only`: ids of the checks wanted, () for all; what they need is run too. `fatal`: if one of these fails, no more is run.
        `first()` is called before the first of them."""
        self.lab, self.bench, self.only, self.fatal, self._first = lab, bench, only, fatal, first
        self.results: dict[str, CheckResult] = {}
        self.troubles: list[str] = []
        self.aborted: SandboxError | Infra | None = None
        self._own_servers = 0
        self._apart: dict[str, Future[Judged]] = {}
        self._beside = ThreadPoolExecutor(1, "beside")
        self._runs = Runs(lab, bench, self.troubles.append)
        self._marks: dict[str, dict[str, Any]] = {}
        self._order: list[str] = []
        self._because_of: dict[str, tuple[str, ...]] = {}
        self._ends = time.monotonic() + TIME_LIMIT

    # -- pytest's hooks

    def pytest_configure(self, config: pytest.Config) -> None:
        """Makes the marker known."""
        config.addinivalue_line("markers", "check(id, needs, level): a graded behaviour")

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Says where a check stands, which pytest would take a millisecond each to work out, for reports that nobody sees."""
        item.location = (item.path.name, None, item.name)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Puts what is needed first, and leaves out what was not asked for."""
        by_id = {_mark(item)["id"]: item for item in items}
        self._marks = {id: _mark(item) for id, item in by_id.items()}
        ordered: dict[str, pytest.Item] = {}

        def add(id: str, path: tuple[str, ...] = ()) -> None:
            if id in path:
                raise pytest.UsageError(f"checks need each other: {' -> '.join((*path, id))}")
            if id in by_id and id not in ordered:
                add(_mark(by_id[id])["needs"], (*path, id))
                ordered[id] = by_id[id]

        for id in self.only or by_id:
            add(id)
        items[:] = ordered.values()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keeps why a file of checks could not be read."""
        if report.failed:
            self.troubles.append(report.longreprtext)

    @pytest.fixture
    def chat(self) -> None:
        """Filled in for each attempt by `Runs`."""

    @pytest.fixture
    def clients(self) -> None:
        """The student's own clients, before anybody has started one; filled in as `chat` is."""

    @pytest.fixture(name="lab")
    def lab_fixture(self) -> Lab:
        """The submission itself: how it started, what its source says."""
        return self.lab

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The files of checks are read while the first server starts; then it is talked to."""
        self._own_servers = sum(bool(_mark(item)["fresh"]) for item in session.items)
        self.bench.expected = AHEAD + 1  # for the interview may need some, too
        try:
            self._first()
        except (SandboxError, Infra) as error:
            self.aborted = error
            session.items.clear()
        self._start_apart(session.items)
        self._order = [_mark(item)["id"] for item in session.items]
        unneeded = self._apart.keys() - {mark["needs"] for mark in self._marks.values()}
        session.items.sort(key=lambda item: _mark(item)["id"] in unneeded)  # what runs beside the others anyway is waited for last

    def _start_apart(self, items: Sequence[pytest.Item]) -> None:
        """Checks of the student's own clients mostly wait for programs to start: they run beside the others, on servers of their own."""
        if self.bench.learned is None or not self.bench.private or self.fatal:
            return
        for item in items:
            if isinstance(item, pytest.Function) and "clients" in item.fixturenames:
                self._apart[_mark(item)["id"]] = self._beside.submit(self._judge_apart, item, _mark(item)["id"])

    def _judge_apart(self, item: pytest.Function, id: str) -> Judged:
        bench = self.bench.another()
        try:
            return self._judge(item, id, Runs(self.lab, bench, self.troubles.append))
        finally:
            with suppress(SandboxError, StudentBrokeSandbox):
                bench.close()

    def pytest_unconfigure(self) -> None:
        """Waits for what runs beside the checks, which nobody may want any more; then the results are put in the order of the checks."""
        self._beside.shutdown()
        self.results = {id: self._explained(self.results[id]) for id in self._order if id in self.results}

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Tells the bench how many checks that want a server of their own are left after this one."""
        self._own_servers -= bool(_mark(item)["fresh"])
        self.bench.expected = self._own_servers

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Runs one check as often as its verdict needs, and keeps the result."""
        mark = _mark(pyfuncitem)
        if any(one.verdict is Verdict.FAILED and one.id in self.fatal for one in self.results.values()):
            return True
        progress.now(mark["id"])
        blocker = self._blocker(mark)
        if blocker:
            attempt, unstable, seconds = Attempt(Verdict.BLOCKED), False, 0.0
        elif mark["id"] in self._apart:
            attempt, unstable, seconds = self._apart[mark["id"]].result()
        else:
            attempt, unstable, seconds = self._judge(pyfuncitem, mark["id"], self._runs)
        self._because_of[mark["id"]] = attempt.because_of
        title = _((pyfuncitem.obj.__doc__ or mark["id"]).strip().splitlines()[0])
        self.results[mark["id"]] = CheckResult(
            id=mark["id"], title=title, theme=pyfuncitem.path.stem, level=mark["level"],
            verdict=attempt.verdict, expected=attempt.expected, actual=attempt.actual, stuck=attempt.stuck,
            blocked_by=blocker, unstable=unstable, replay=attempt.replay, seconds=seconds, events=attempt.events,
        )  # fmt: skip
        return True

    # -- verdicts

    def _blocker(self, mark: dict[str, Any]) -> str:
        """The id of the check that stands in the way, "" if none: the first that failed, not one that is itself blocked."""
        learned, needed = self.bench.learned, mark["needs"]
        if mark["level"] == "info" and self._not_asked(mark):
            return ""
        if learned is not None and learned.seats == 2 and _for_two(mark):
            while (other := self._marks.get(needed)) and not _for_two(other):
                needed = other["needs"]
        result = self.results.get(needed)
        if result is None or result.verdict in (Verdict.PASSED, Verdict.NA):
            return ""
        return result.blocked_by or needed

    def _not_asked(self, mark: dict[str, Any]) -> str:
        """Why this chat is not asked at all, "" if it is."""
        learned, variants = self.bench.learned, mark["variants"].split()
        if learned is not None and learned.dialect.transport == "udp" and variants and "udp" not in variants:
            return _("чат по UDP об этом не спрашивают")
        if learned is not None and learned.seats == 2 and mark["level"] == "info" and not _for_two(mark):
            return _("в чате два места, и оба заняты")
        return ""

    def _explained(self, result: CheckResult) -> CheckResult:
        """Blocked instead of failed or n/a, where that was because of a check that failed, maybe after it."""
        others = map(self.results.get, self._because_of.get(result.id, ()))
        blocker = next((other for other in others if other is not None and other.verdict in (Verdict.FAILED, Verdict.BLOCKED)), None)
        if blocker is None or result.verdict not in (Verdict.FAILED, Verdict.NA):
            return result
        actual = result.actual if result.verdict is Verdict.NA else ""
        return CheckResult(
            id=result.id, title=result.title, theme=result.theme, level=result.level, verdict=Verdict.BLOCKED, actual=actual,
            blocked_by=blocker.blocked_by or blocker.id, seconds=result.seconds,
        )  # fmt: skip

    def _judge(self, item: pytest.Function, id: str, runs: Runs) -> Judged:
        begun = time.monotonic()
        return *self._verdict(item, id, runs), time.monotonic() - begun

    def _verdict(self, item: pytest.Function, id: str, runs: Runs) -> tuple[Attempt, bool]:
        if time.monotonic() > self._ends:
            slow = _("сервер отвечает так медленно, что за {n} секунд до этой проверки дело не дошло").format(n=round(TIME_LIMIT))
            return Attempt(Verdict.FAILED, _("на все проверки хватает отведённого времени"), slow), False
        if why := self._not_asked(self._marks[id]):
            return Attempt(Verdict.NA, actual=why), False
        first = runs.of(item, id, fresh=self._marks[id]["fresh"])
        if first.verdict is not Verdict.FAILED or not talks(item):
            return first, False
        if first.scenario is not None:
            load_ahead()  # beside the next runs
        second = first if first.fresh else runs.of(item, id, fresh=True)
        if second.verdict is not Verdict.FAILED or id in self.fatal:
            return second, False
        third = runs.of(item, id, fresh=True)
        if third.verdict is not Verdict.PASSED:
            return self._shortened(second, id, runs), False
        unstable = _("при повторе на новом сервере всё получилось: сервер ведёт себя каждый раз по-разному")
        return replace(second, actual=f"{second.actual}; {unstable}"), True

    def _shortened(self, attempt: Attempt, id: str, runs: Runs) -> Attempt:
        """The same failure by the shortest scenario, where it was a scenario that failed."""
        best = attempt

        def fails(steps: Sequence[Step]) -> bool:
            nonlocal best
            tried = runs.play(steps, id, fresh=False)
            if tried.scenario is not None and not tried.fresh:  # perhaps what came before on this server was to blame
                tried = runs.play(steps, id, fresh=True)
            if tried.scenario is not None and best.scenario is not None and acts(tried.scenario.steps) <= acts(best.scenario.steps):
                best = tried
            return tried.scenario is not None

        if attempt.scenario is not None:
            learned = self.bench.learned
            slow = learned is not None and (learned.timers_matter or learned.left_busy)
            tries = SHRINKING_TRIES_WHERE_SLOW if slow else SHRINKING_TRIES
            runs.bench.expected += tries  # each that fails leaves its server to nobody
            shortest(attempt.scenario.steps, attempt.scenario.manner, fails, tries)
            runs.bench.expected -= tries
        return best


def _for_two(mark: dict[str, Any]) -> bool:
    return not mark["variants"] or "two-user" in mark["variants"].split()


def _mark(item: pytest.Item) -> dict[str, Any]:
    """What @check says; a plain test function without it is a check too, called after its name, that costs nobody points."""
    marker = item.get_closest_marker("check")
    if marker is not None:
        return dict(marker.kwargs)
    return {"id": item.name.removeprefix("test_").replace("_", "-"), "needs": "starts", "level": "info", "variants": "", "fresh": False}
