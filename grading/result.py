"""The one model every output renders: what was found out about a submission. Pure data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from typing import Final

SCHEMA = "chat-lab/report/v1"
RAISED: Final = "raised"


class Verdict(StrEnum):
    """What became of one check."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"  # a check it needs did not pass
    NA = "n/a"  # this dialect or variant has no such thing
    INFRA = "infra"  # our fault; retried, never a student's zero


@dataclass(frozen=True)
class Stuck:
    """Where one thread of the student's server waits.

    Attributes:
        file: path relative to the submission, e.g. "server.py"; "" if unknown.
        line: 1-based line number; 0 if unknown.
        source: that line of the student's code, stripped.
        call: the call it sits in: "recv", "accept", "lock", "sleep", "select", "input", "send", ..., "busy" for a loop that never rests,
            RAISED for one that has ended by an exception there.
        waits_for: for whom or what, in words for the student.
    """

    file: str
    line: int
    source: str
    call: str
    waits_for: str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a conversation, as its guests saw it: a line of the transcript, an arrow in a picture.

    Attributes:
        at: seconds; in a report since the conversation began.
        guest: whose lane it is, as reports call him ("Борис"); "" for what belongs to nobody.
        what: what the guest did: "connects", "names" (himself), "says", "sends" (a piece of a message), "leaves", "vanishes" (by a reset);
            or what happened to him: "hears", "closed" (by the server). "note" is a remark on what went wrong at the end. A transcript has
            besides "gets" (bytes, nobody has asked yet whose), "misses" and "lacks" (a text that did not come), "rests" (nobody acts).
        data: the bytes on the wire, the first of them if there were many; of a missing text, what should have come.
        size: how many bytes there were.
        text: what they mean to a person: without JSON, lengths and labels where these can be told; or the words of a note.
        by: whose text it is that was heard or is missing, several with commas between; "" for what the server says by itself.
        wrong: "" if it is right; else "missing" (an arrow that should be there), "torn", "duplicated", "reordered", "leaked",
            "misattributed".
    """

    at: float
    guest: str
    what: str
    data: bytes = b""
    size: int = 0
    text: str = ""
    by: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class CheckResult:
    """The outcome of one check.

    Attributes:
        points, max_points: whole points within the variant, filled in by the rubric (0 until scored).
        expected, actual: for a failure, in words for the student.
        blocked_by: for BLOCKED, the id of the check that stands in the way.
        unstable: two fresh runs differed.
        replay: for a failed conversation, a Python program that has it again with a running server; "" for none.
        seconds: wall time this check took.
        events: what happened in the conversation whose verdict this is, in time order; for people, not in the JSON report.
    """

    id: str
    title: str
    theme: str
    level: str
    verdict: Verdict
    points: int = 0
    max_points: int = 0
    expected: str = ""
    actual: str = ""
    advice: str = ""
    stuck: tuple[Stuck, ...] = ()
    blocked_by: str = ""
    unstable: bool = False
    seconds: float = 0.0
    replay: str = ""
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Isolation:
    """How the student's code was run: tier ("bubblewrap", "floor"), network ("private", "shared"), clock ("stillness", "quiet-period")."""

    tier: str
    network: str
    clock: str
    not_protected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """Everything about one submission.

    Attributes:
        path: the submission as the user named it.
        sha256: of the submission's files, "" where none could be read.
        variant: the rubric it is graded by.
        model: what was observed: "threads", "select", "blocking", "asyncio", "udp", "other"; "" if it never ran.
        score: 0..max_score within the variant; course_points: round(score x the variant's factor).
        needs_review: no interview understood the server, or a file changed what could be inferred; a person should look.
        dialect: the keys of reference.dialect.Dialect, or empty if it was never learnt.
        notes: lines for the reader that belong to no single check (why this variant, what was chosen among several servers, ...).
        server: path of the server file within the submission, "" if none was found.
        passed: score >= the rubric's pass mark.
        infra: something on our side failed; the exit code says 3.
        server_output: what the server printed (head and tail), decoded and still untrusted.
        phases: seconds until the first server listened ("start"), for the "interview" and for the "checks"; "servers" is the part of
            all that was spent waiting for fresh ones.
        sources: the student's Python, file -> line number -> text, for reports that show the code; not in the JSON report.
    """

    path: str
    sha256: str = ""
    variant: str = ""
    model: str = ""
    score: int = 0
    max_score: int = 100
    course_points: int = 0
    passed: bool = False
    needs_review: bool = False
    infra: bool = False
    dialect: dict[str, str | bool] = field(default_factory=dict)
    isolation: Isolation | None = None
    seconds: float = 0.0
    seed: int = 0
    checks: tuple[CheckResult, ...] = ()
    notes: tuple[str, ...] = ()
    server: str = ""
    server_output: str = ""
    phases: dict[str, float] = field(default_factory=dict)
    sources: dict[str, dict[int, str]] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        """What Jupyter shows for a report: its score and its pictures. The only look up from this floor, and only when a notebook asks."""
        fragment: str = import_module("grading.reports.html").fragment(self)
        return fragment
