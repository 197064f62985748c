"""What a check may know of the submission itself: how its server started, and what its source says."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from grading.eyes import Waiting
from grading.messages import _
from grading.result import RAISED, Stuck
from grading.running import NotStarted
from grading.story import exit_words
from grading.submission import Submission
from grading.verdicts import CheckFailed
from reference.dialect import Dialect

_ON_A_SOCKET = re.compile(r"\.(recv|send|accept|connect)(?:all|from|to|_into)?\(")
_GET = re.compile(r"\.get\(")
_FRAME = re.compile(r'^\s*File "(?P<file>[^"\n]{1,400})", line (?P<line>\d{1,7})')


class Lab:
    """One submission, for checks that look at more than the conversation.

    Attributes:
        failure: why the server did not start, None if it did.
        output: what it had printed when it failed to start.
        stuck: where its threads were then, or the line that keeps it from starting.
        model: how it was seen to serve several users, as in `grading.model`.
        dialect: how it speaks, as far as the interview understood it.
        seats: 2 if it has no seat for a third, else None.
    """

    def __init__(self, submission: Submission) -> None:
        self.submission, self.facts = submission, submission.facts
        self.failure: NotStarted | None = None
        self.output = ""
        problem = submission.problem
        where = self._as_handed_in(problem.file, problem.line) if problem and problem.line else ("", 0)
        self.stuck: tuple[Stuck, ...] = (Stuck(*where, problem.source, "", ""),) if problem and problem.line else ()
        self.model = "other"
        self.dialect = Dialect()
        self.seats: int | None = None

    def starts(self) -> None:
        """Raises CheckFailed with the reason if the server did not come to listen."""
        expected = _("сервер запускается и слушает порт")
        if self.submission.problem is not None:
            raise CheckFailed(expected, self.submission.problem.text)
        if self.failure is None:
            return
        match self.failure.reason:
            case "exited":
                raise CheckFailed(expected, self._exited(exit_words(self.failure.code or 0, flooded=self.failure.flooded)))
            case "input":
                raise CheckFailed(expected, _("сервер ждёт ввода с клавиатуры и не начинает слушать порт") + self._where())
            case "slow":
                raise CheckFailed(expected, _("за 10 секунд сервер так и не начал слушать порт"))
        if self.facts.transport == "udp":
            raise CheckFailed(expected, _("сервер работает, но сокет UDP ни к какому порту не привязан (нет bind)") + self._where())
        raise CheckFailed(expected, _("сервер работает, но порт не слушает (нет listen)") + self._where())

    def _where(self) -> str:
        return f" ({self.stuck[0].file}:{self.stuck[0].line})" if self.stuck else ""

    def _exited(self, how: str) -> str:
        lines = [line for line in self.output.strip().splitlines() if line.strip()]
        place = self.traced(self.output)
        if not place:
            return _("программа завершилась {how}, ничего не слушая").format(how=how)
        return _("программа завершилась {how}: {line} ({place})").format(how=how, line=lines[-1].strip()[:300], place=place)

    def traced(self, output: str) -> str:
        """The last place in the student's own files that a printed traceback names, as file:line; "" if there is none."""
        place = self._traced(output)
        return "{}:{}".format(*self._as_handed_in(*place)) if place else ""

    def raised(self, output: str) -> tuple[Stuck, ...]:
        """The same as a place to show; () if there is none."""
        place = self._traced(output)
        return (self._stuck(*place, Waiting(RAISED, "", ())),) if place else ()

    def _traced(self, output: str) -> tuple[str, int] | None:
        frames = [found for line in output.splitlines() if (found := _FRAME.match(line)) and self.own(found["file"])]
        return (self.own(frames[-1]["file"]), int(frames[-1]["line"])) if frames else None

    def own(self, file: str) -> str:
        """The path within the submission of a file a traceback names, "" if it is none of the student's."""
        relative = file.partition("/lab/")[2]  # on every tier the submission lies in a folder of that name
        return relative if relative in self.submission.files else ""

    def _as_handed_in(self, file: str, line: int) -> tuple[str, int]:
        """A place as the student knows it: of a listing in a report, the report or the notebook's cell, and the line there."""
        origin = self.submission.origin.get(file)
        return (origin.place(line) if origin else None) or (file, line)

    def _is_the_students(self, file: str, line: int) -> bool:
        """Below the cells of a notebook stands what the kernel does, and nobody has written that."""
        origin = self.submission.origin.get(file)
        return origin is None or not origin.cells or origin.place(line) is not None

    def in_source(self, waiting: Sequence[Waiting], root: str) -> tuple[Stuck, ...]:
        """Where the threads wait, in the student's own lines; `root`: the lab's folder as the sandbox names it.

        A thread that never rests is somewhere else at every look, so for it the line of the loop it goes round in is given.
        """
        found: list[Stuck] = []
        for thread in waiting:
            places = [(file.removeprefix(root + "/"), line) for file, line in thread.frames]
            own = [(file, line) for file, line in places if file in self.submission.files and self._is_the_students(file, line)]
            if own:
                place = self._loop(own) if thread.call == "busy" else own[0]
                stuck = self._stuck(*place, thread)
                if stuck not in found:
                    found.append(stuck)
        return tuple(found)

    def _loop(self, frames: Sequence[tuple[str, int]]) -> tuple[str, int]:
        """The outermost `while` that one of the frames is in; else the outermost frame."""
        for file, line in reversed(frames):
            loops = [
                node.lineno
                for node in ast.walk(_parsed(self.submission.files[file]))
                if isinstance(node, ast.While) and node.lineno <= line <= (node.end_lineno or node.lineno)
            ]
            if loops:
                return file, min(loops)
        return frames[-1]

    def _stuck(self, file: str, line: int, thread: Waiting) -> Stuck:
        lines = self.submission.files[file].decode("utf-8", errors="replace").splitlines()
        source = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        call, whom = thread.call, thread.waits_for
        if call == "poll" and (waits := _ON_A_SOCKET.search(source)):  # with a time-out it is that
            call = waits[1]
        if call == "lock" and _GET.search(source):  # a thread that sends what others put into its queue: at rest, like one in recv
            call, whom = "get", _("пока в очередь что-нибудь положат")
        return Stuck(*self._as_handed_in(file, line), source, call, whom)


def _parsed(source: bytes) -> ast.AST:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module([], [])
