"""Grades mutants, many at once, and keeps a journal: a run that was interrupted goes on where it stopped.

A mutant is graded in its chats, with the dialect settled, until one catches it. After the first of them, as it costs so much less, it is
only interviewed, with nothing settled: one of whom the report says that he speaks otherwise than the original is caught by his `dialect`.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, TextIO

from grading import batch
from grading.engine import grade
from grading.options import Options
from grading.result import Report, Verdict
from tests.mutation.mutants import Mutant
from tests.mutation.targets import Chat

DEADLINE: Final = 60.0
"""Seconds for one mutant in one chat: five times what the slowest original needs on a busy machine. Who takes longer is caught."""
TOO_SLOW: Final = "too slow"
DIALECT: Final = "dialect"
FULL: Final = Options(first_failure=True)
ONLY_HEARD: Final = Options(checks=("starts",), seed=1)  # the same names for all: an inferred notice may hold one


class OriginalError(RuntimeError):
    """A chat nobody has mutated does not get full marks: nothing can be said of its mutants."""


@dataclass(frozen=True)
class Round:
    """One chat in which mutants are graded, or only heard."""

    chat: Chat
    settled: bool

    @property
    def options(self) -> Options:
        return FULL if self.settled else ONLY_HEARD


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant.

    Attributes:
        caught_by: the check that failed, TOO_SLOW, or DIALECT; "" if it got full marks everywhere and speaks as the original does.
        chat: where it was caught, "" if it was not.
        source: hash of what was graded, so that a journal of older sources is not taken for an answer.
        trouble: our own fault, in words: neither caught nor survived.
    """

    id: str
    source: str
    caught_by: str = ""
    chat: str = ""
    seconds: float = 0.0
    trouble: str = ""


def caught_by(report: Report, original: Report) -> str:
    """The first check that fails here but not in the original; else what else tells them apart; "" if nothing does."""
    fine = {check.id for check in original.checks if check.verdict is not Verdict.FAILED}
    for check in report.checks:
        if check.verdict is Verdict.FAILED and check.id in fine:
            return check.id
    if report.score != original.score or report.needs_review != original.needs_review:
        return "score"
    return DIALECT if report.dialect != original.dialect else ""


def read_journal(path: Path | None) -> dict[str, Outcome]:
    """Id -> outcome, of the lines written whole. Raises OSError."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path and path.exists() else []:
        try:
            outcome = Outcome(**json.loads(line))
        except (ValueError, TypeError):  # the line in which the last run was interrupted
            continue
        if not outcome.trouble:
            found[outcome.id] = outcome
    return found


def try_all(
    work: Sequence[tuple[Mutant, Sequence[Chat]]], known: Mapping[str, Outcome], jobs: int, journal: TextIO | None
) -> Iterator[Outcome]:
    """Grade each mutant in its chats, one after the other until one catches it; those in `known` are not graded again.

    Raises:
        OriginalError: see there.
    """
    for _, of_one_file in itertools.groupby(work, key=lambda pair: pair[0].file):
        todo: list[tuple[Mutant, Outcome]] = []
        chats: Sequence[Chat] = ()
        for mutant, chats in of_one_file:  # noqa: B007 - those of one file have the same chats
            old = known.get(mutant.id)
            if old is not None and old.source == mutant.digest:
                yield old
            else:
                todo.append((mutant, Outcome(mutant.id, mutant.digest)))
        heard = [Round(chat, settled=False) for chat in chats]
        graded = [Round(chat, settled=True) for chat in chats]
        yield from _in_rounds(todo, [*graded[:1], *heard, *graded[1:]], jobs, journal)


def _in_rounds(todo: list[tuple[Mutant, Outcome]], rounds: Sequence[Round], jobs: int, journal: TextIO | None) -> Iterator[Outcome]:
    """Whoever survived one round goes into the next."""
    for where in rounds:
        survivors = []
        for (mutant, _before), outcome in zip(todo, _graded(todo, where, jobs), strict=True):
            if not outcome.caught_by and not outcome.trouble and where is not rounds[-1]:
                survivors.append((mutant, outcome))
                continue
            if journal is not None:
                journal.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")
                journal.flush()
            yield outcome
        todo = survivors


def _graded(todo: Sequence[tuple[Mutant, Outcome]], where: Round, jobs: int) -> Iterator[Outcome]:
    """The outcomes of one round, in the order of `todo`."""
    if not todo:
        return
    chat = where.chat
    submissions = [chat.original(where.settled), *(chat.submission(one.file, one.source, one.id, where.settled) for one, _ in todo)]
    reports = batch.run(submissions, where.options, grade, jobs=jobs, deadline=DEADLINE)
    original = next(reports)
    if not isinstance(original, Report) or original.infra or (where.settled and original.score != original.max_score):
        raise OriginalError(f"{chat.name}: {original}")
    for (mutant, before), report in zip(todo, reports, strict=True):
        yield _outcome(mutant, before, chat, report, original)


def _outcome(mutant: Mutant, before: Outcome, chat: Chat, report: batch.Outcome, original: Report) -> Outcome:
    if isinstance(report, Report) and (not report.infra or report.seconds >= DEADLINE):
        found = TOO_SLOW if report.infra else caught_by(report, original)
        return replace(before, caught_by=found, chat=chat.name if found else "", seconds=round(before.seconds + report.seconds, 3))
    trouble = " ".join(report.notes) if isinstance(report, Report) else str(report)
    return Outcome(mutant.id, mutant.digest, chat=chat.name, trouble=trouble or "infra")
