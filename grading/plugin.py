"""The pytest plugin that makes a plain function a check: fixtures, needs, verdicts.

A check talks through the `chat` fixture (or looks at the `lab`), and ends with everything said having come to everybody it was due to. It
is run on the shared server; a failure there is run again on a fresh one, and if it fails there too, once more.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

import pytest

from grading.bench import Bench
from grading.chat import Chat
from grading.lab import Lab
from grading.result import CheckResult, Stuck, Verdict
from grading.sandbox import SandboxError, StudentBrokeSandbox
from grading.server import NotStarted
from grading.verdicts import CheckFailed, Infra, NotApplicable

INFRA_TRIES: Final = 3
TIME_LIMIT: Final = 240.0
"""Seconds for all checks of one submission. A right server that answers only after 2 s needs half of it; a good one half a second."""


def check(id: str, *, needs: str = "", level: str = "should") -> pytest.MarkDecorator:
    """Makes a test function a check.

    Args:
        id: its name in rubrics and reports.
        needs: the check that must have passed before, "" for none.
        level: "must" (the text of the assignment), "should" (engineering quality) or "info".
    """
    return pytest.mark.check(id=id, needs=needs, level=level)


@dataclass(frozen=True)
class Attempt:
    """How one run of a check ended."""

    verdict: Verdict
    expected: str = ""
    actual: str = ""
    stuck: tuple[Stuck, ...] = ()
    fresh: bool = True


class Grading:
    """Runs the collected checks against one submission.

    Attributes:
        results: one for each check, in the order they ran.
        troubles: what went wrong on our side, for the log.
    """

    def __init__(self, lab: Lab, bench: Bench, only: Sequence[str] = ()) -> None:
        """`only`: ids of the checks wanted, () for all; what they need is run too."""
        self.lab, self.bench, self.only = lab, bench, only
        self.results: dict[str, CheckResult] = {}
        self.troubles: list[str] = []
        self._ends = time.monotonic() + TIME_LIMIT

    # -- pytest's hooks

    def pytest_configure(self, config: pytest.Config) -> None:
        """Makes the marker known."""
        config.addinivalue_line("markers", "check(id, needs, level): a graded behaviour")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Puts what is needed first, and leaves out what was not asked for."""
        by_id = {_mark(item)["id"]: item for item in items}
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
            self._trouble(report.longreprtext)

    @pytest.fixture
    def chat(self) -> Chat | None:
        """Filled in for each attempt by `pytest_pyfunc_call`."""
        return None

    @pytest.fixture(name="lab")
    def lab_fixture(self) -> Lab:
        """The submission itself: how it started, what its source says."""
        return self.lab

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        """Runs one check as often as its verdict needs, and keeps the result."""
        mark = _mark(pyfuncitem)
        begun = time.monotonic()
        blocker = self._blocker(mark["needs"])
        attempt, unstable = (Attempt(Verdict.BLOCKED), False) if blocker else self._judge(pyfuncitem, mark["id"])
        title = (pyfuncitem.obj.__doc__ or mark["id"]).strip().splitlines()[0]
        self.results[mark["id"]] = CheckResult(
            id=mark["id"], title=title, theme=pyfuncitem.path.stem, level=mark["level"],
            verdict=attempt.verdict, expected=attempt.expected, actual=attempt.actual, stuck=attempt.stuck,
            blocked_by=blocker, unstable=unstable, seconds=time.monotonic() - begun,
        )  # fmt: skip
        return True

    # -- verdicts

    def _blocker(self, needed: str) -> str:
        """The id of the check that stands in the way, "" if none: the first that failed, not one that is itself blocked."""
        result = self.results.get(needed)
        if result is None or result.verdict in (Verdict.PASSED, Verdict.NA):
            return ""
        return result.blocked_by or needed

    def _judge(self, item: pytest.Function, id: str) -> tuple[Attempt, bool]:
        if time.monotonic() > self._ends:
            slow = f"сервер отвечает так медленно, что за {TIME_LIMIT:.0f} секунд до этой проверки дело не дошло"
            return Attempt(Verdict.FAILED, "на все проверки хватает отведённого времени", slow), False
        first = self._attempt(item, id, fresh=False)
        if first.verdict is not Verdict.FAILED or "chat" not in item.fixturenames:
            return first, False
        second = first if first.fresh else self._attempt(item, id, fresh=True)
        if second.verdict is not Verdict.FAILED:
            return second, False
        third = self._attempt(item, id, fresh=True)
        if third.verdict is not Verdict.PASSED:
            return second, False
        actual = f"{second.actual}; при повторе на новом сервере всё получилось: сервер ведёт себя каждый раз по-разному"
        return replace(second, actual=actual), True

    def _attempt(self, item: pytest.Function, id: str, *, fresh: bool) -> Attempt:
        for _ in range(INFRA_TRIES):
            try:
                if "chat" not in item.fixturenames:
                    return _run(item.obj, **{name: item.funcargs[name] for name in _arguments(item)})
                return self._converse(item, id, fresh=fresh)
            except (SandboxError, Infra) as error:
                self._trouble(f"{id}: {error}")
            except Exception:  # a fault of ours in a check must not end the others
                self._trouble(f"{id}: {traceback.format_exc()}")
            self.bench.discard()
        return Attempt(Verdict.INFRA)

    def _converse(self, item: pytest.Function, id: str, *, fresh: bool) -> Attempt:
        try:
            chat, is_fresh = self.bench.chat(id, fresh=fresh)
        except NotStarted as failure:
            if failure.reason == "slow":
                raise Infra("the server that had started did not start again in time") from failure
            return Attempt(Verdict.FAILED, "сервер запускается каждый раз", "раньше он запустился, а теперь порт не слушает")
        except StudentBrokeSandbox as broken:
            return _broken(broken)

        def conversation(**arguments: object) -> None:
            item.obj(**arguments)
            chat.verify()

        arguments = {name: item.funcargs[name] for name in _arguments(item)} | {"chat": chat}
        attempt = _run(conversation, **arguments)
        if attempt.verdict is Verdict.FAILED:
            with suppress(StudentBrokeSandbox):  # whoever broke it cannot be asked any more
                attempt = replace(attempt, stuck=self.lab.in_source(chat.server.waiting(), chat.server.sandbox.lab))
        self.bench.release(chat, passed=attempt.verdict is not Verdict.FAILED)
        return replace(attempt, fresh=is_fresh)

    def _trouble(self, text: str) -> None:
        self.troubles.append(text)


def _run(function: Callable[..., None], **arguments: object) -> Attempt:
    try:
        function(**arguments)
    except CheckFailed as failure:
        return Attempt(Verdict.FAILED, failure.expected, failure.actual)
    except NotApplicable as reason:
        return Attempt(Verdict.NA, actual=str(reason))
    except StudentBrokeSandbox as broken:
        return _broken(broken)
    except (AssertionError, pytest.fail.Exception) as failure:  # a teacher's own check may simply assert
        return Attempt(Verdict.FAILED, actual=str(failure))
    except pytest.skip.Exception as reason:
        return Attempt(Verdict.NA, actual=str(reason))
    return Attempt(Verdict.PASSED)


def _broken(broken: StudentBrokeSandbox) -> Attempt:
    return Attempt(Verdict.FAILED, "сервер работает как обычная программа", f"сервер сломал песочницу: {broken}")


def _arguments(item: pytest.Function) -> list[str]:
    return [name for name in item.fixturenames if name in ("chat", "lab") and name in item._fixtureinfo.argnames]


def _mark(item: pytest.Item) -> dict[str, str]:
    """What @check says; a plain test function without it is a check too, called after its name, that costs nobody points."""
    marker = item.get_closest_marker("check")
    if marker is not None:
        return dict(marker.kwargs)
    return {"id": item.name.removeprefix("test_").replace("_", "-"), "needs": "starts", "level": "info"}
