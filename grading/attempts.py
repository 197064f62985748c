"""One run of a check: on which server, how it ended, and where the threads were then."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from grading.bench import Bench
from grading.chat import Chat
from grading.eyes import Waiting
from grading.lab import Lab
from grading.messages import _
from grading.own_clients import OwnClients
from grading.play import ScenarioFailed, play
from grading.replay import script
from grading.result import Event, Stuck, Verdict
from grading.running import NotStarted
from grading.sandbox import SandboxError, StudentBrokeSandbox
from grading.scenario import Step
from grading.submission.client_programs import client_programs
from grading.transcript import told
from grading.verdicts import CheckFailed, Infra, NotApplicable

INFRA_TRIES: Final = 3


@dataclass(frozen=True)
class Attempt:
    """How one run of a check ended; `because_of` as in CheckFailed and NotApplicable."""

    verdict: Verdict
    expected: str = ""
    actual: str = ""
    stuck: tuple[Stuck, ...] = ()
    fresh: bool = True
    scenario: ScenarioFailed | None = None
    replay: str = ""
    failure: CheckFailed | None = None
    events: tuple[Event, ...] = ()
    because_of: tuple[str, ...] = ()


class Runs:
    """Runs checks against the servers of one bench. `trouble(text)` is told what went wrong on our side."""

    def __init__(self, lab: Lab, bench: Bench, trouble: Callable[[str], None]) -> None:
        self.lab, self.bench, self._trouble = lab, bench, trouble

    def of(self, item: pytest.Function, id: str, *, fresh: bool) -> Attempt:
        """One run of a check, on a fresh server if asked for."""
        arguments = {name: item.funcargs[name] for name in ("lab",) if name in item._fixtureinfo.argnames}
        if "clients" in item.fixturenames:
            return self._guarded(lambda: self._at_terminals(lambda clients: item.obj(**arguments, clients=clients)), id)
        if "chat" in item.fixturenames:
            return self._guarded(lambda: self._as_guests(lambda chat: item.obj(**arguments, chat=chat), id, fresh=fresh), id)
        return self._guarded(lambda: _run(item.obj, **arguments), id)

    def play(self, steps: Sequence[Step], id: str, *, fresh: bool) -> Attempt:
        """One run of a scenario."""
        return self._guarded(lambda: self._as_guests(lambda chat: play(chat, steps), id, fresh=fresh), id)

    def _guarded(self, run: Callable[[], Attempt], id: str) -> Attempt:
        """What a run comes to; a failure on our side is tried again."""
        for _try in range(INFRA_TRIES):
            try:
                return run()
            except (SandboxError, Infra) as error:
                self._trouble(f"{id}: {error}")
            except Exception:  # a fault of ours in a check must not end the others
                self._trouble(f"{id}: {traceback.format_exc()}")
            self.bench.discard()
        return Attempt(Verdict.INFRA)

    def _as_guests(self, talk: Callable[[Chat], Any], id: str, *, fresh: bool) -> Attempt:
        """A talk of scripted guests; afterwards everything said must have come to everybody it was due to."""

        def conversation(chat: Chat) -> Any:
            remark = talk(chat)
            chat.verify()
            return remark

        def use(chat: Chat) -> Attempt:
            attempt = _run(conversation, chat=chat)
            if attempt.verdict is Verdict.FAILED and not chat.rested:  # where threads wait is seen once they do
                with suppress(CheckFailed, Infra, SandboxError, StudentBrokeSandbox):
                    chat.settle()
            attempt = self._with_places(attempt, chat, chat.server.waiting)
            attempt = replace(attempt, events=told(chat, attempt.failure))
            if attempt.verdict is Verdict.FAILED:
                attempt = replace(attempt, replay=script(chat, attempt.expected, attempt.actual))
            self.bench.release(chat, passed=attempt.verdict is not Verdict.FAILED)
            return attempt

        return self._on_a_server(use, id, fresh=fresh)

    def _at_terminals(self, talk: Callable[[OwnClients], Any]) -> Attempt:
        """A talk of the student's own clients, on a server of their own: there may be room for three and no more."""
        programs, none = client_programs(self.lab.submission)
        if not programs:
            return Attempt(Verdict.NA, actual=none)

        def use(chat: Chat) -> Attempt:
            assert self.bench.learned is not None
            try:
                clients = OwnClients(chat, self.lab, understood=self.bench.learned.understood)
            except NotApplicable as reason:
                return Attempt(Verdict.NA, actual=str(reason))
            try:
                attempt = self._with_places(_run(talk, clients=clients), chat, clients.waiting)
                return replace(attempt, events=told(chat, attempt.failure))
            finally:
                clients.close()

        return self._on_a_server(use, "own-clients-chat", fresh=True)

    def _on_a_server(self, use: Callable[[Chat], Attempt], id: str, *, fresh: bool) -> Attempt:
        try:
            chat, is_fresh = self.bench.chat(id, fresh=fresh)
            return replace(use(chat), fresh=is_fresh)
        except NotStarted as failure:
            if failure.reason == "slow":
                raise Infra(_("сервер раньше запускался, а теперь не успел запуститься в срок")) from failure
            return Attempt(Verdict.FAILED, _("сервер запускается каждый раз"), _("раньше он запустился, а теперь порт не слушает"))
        except StudentBrokeSandbox as broken:
            return _broken(broken)

    def _with_places(self, attempt: Attempt, chat: Chat, waiting: Callable[[], list[Waiting]]) -> Attempt:
        """A failure with the line where the last exception came from, and those where the threads are now."""
        if attempt.verdict is Verdict.FAILED:
            with suppress(StudentBrokeSandbox):  # whoever broke it cannot be asked any more
                now = self.lab.in_source(waiting(), chat.server.sandbox.lab)
                return replace(attempt, stuck=(*self.lab.raised(chat.server.output()), *now))
        return attempt


def talks(item: pytest.Function) -> bool:
    """Whether a check needs a running server."""
    return bool({"chat", "clients"} & set(item.fixturenames))


def _run(function: Callable[..., Any], **arguments: object) -> Attempt:
    try:
        remark = function(**arguments)
    except CheckFailed as failure:
        scenario = failure if isinstance(failure, ScenarioFailed) else None
        return Attempt(
            Verdict.FAILED, failure.expected, failure.actual, scenario=scenario, failure=failure, because_of=failure.because_of
        )
    except NotApplicable as reason:
        return Attempt(Verdict.NA, actual=str(reason), because_of=reason.because_of)
    except StudentBrokeSandbox as broken:
        return _broken(broken)
    except (AssertionError, pytest.fail.Exception) as failure:  # a teacher's own check may simply assert
        return Attempt(Verdict.FAILED, actual=str(failure))
    except pytest.skip.Exception as reason:
        return Attempt(Verdict.NA, actual=str(reason))
    return Attempt(Verdict.PASSED, actual=remark or "")


def _broken(broken: StudentBrokeSandbox) -> Attempt:
    how = _("сервер сломал песочницу: {how}").format(how=broken)
    return Attempt(Verdict.FAILED, _("сервер работает как обычная программа"), how)
