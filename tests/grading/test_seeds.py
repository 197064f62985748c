"""The five real reports, from their Markdown to their grade."""

from __future__ import annotations

from pathlib import Path

import pytest

from grading.engine import grade
from grading.options import Options
from grading.result import Report, Verdict
from grading.submission import find

pytestmark = [pytest.mark.seeds, pytest.mark.linux]
SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"

# Each by reading and running that server. 000 sends the last message again when a reset raises in recv, and goes round for ever at the end
# of the stream; 001 loses what it cannot decode for its log; 002 and 003 read the name in the accept loop, as 004 does.
# In 000 whoever speaks twice after somebody has left writes to a closed connection, and his own thread ends (BrokenPipeError). In 002 the
# thread of one who sends bytes that are no text ends, his closed socket stays, and the next speaker changes the dictionary he goes through.
# All of them send in the speaker's thread, so whoever does not read stops it; 002, 003 and 004 write to, or read from, a newcomer who has
# vanished in the accept loop without try. Those that spin at the end of a stream never end that thread. Notices are for information.
SILENT = {"join-notice", "leave-notice"}
EXPECTED = {
    "000": {
        "odd-boundary", "split-character", "no-busy-loop", "restart", "leave-abruptly", "slow-reader", "gone-are-forgotten",
        "random-conversations",
    } | SILENT,
    "001": {"odd-boundary", "split-character", "restart", "stops-on-interrupt", "slow-reader"} | SILENT,
    "002": {
        "silent-newcomer", "long-message", "odd-boundary", "split-character", "restart", "stops-on-interrupt", "slow-reader",
        "leave-mid-handshake", "invalid-bytes",
    } | SILENT,
    "003": {
        "silent-newcomer", "no-busy-loop", "restart", "stops-on-interrupt", "slow-reader", "leave-mid-handshake", "gone-are-forgotten",
    },
    "004": {"silent-newcomer", "restart", "slow-reader", "leave-mid-handshake"},
}  # fmt: skip
# Two of these servers spin after somebody has left, and what their other threads do then is a race that the busy thread may win.
UNSTEADY = {"000": {"rejoin"}, "003": {"leave-quietly"}}
NO_NAMES = {"prompt": "", "named_by": "nobody", "joined": "", "left": "", "welcome": ""}
DIALECTS = {
    "000": NO_NAMES | {"author": "client", "echo": True},
    "001": NO_NAMES | {"author": "nobody", "echo": False},
    "002": {
        "prompt": "", "named_by": "first-message", "author": "server", "relay": "{name}: {text}", "echo": False,
        "joined": "", "left": "", "welcome": "", "quit": "quit",
    },
    "003": {
        "prompt": "Nick", "named_by": "prompt", "author": "client", "echo": True, "joined": "{name} joined the chat.",
        "left": "{name} left the chat.", "welcome": "Connected to the server",
    },
    "004": {
        "prompt": "NICK", "named_by": "prompt", "author": "client", "echo": False, "joined": "{name} присоединился к чату!",
        "left": "{name} покинул чат!", "welcome": "Подключение к серверу успешно!",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """Number of the report -> its grade."""
    return {Path(submission.path).name[:3]: grade(submission, Options()) for submission in find(SEEDS)}


@pytest.mark.parametrize("seed", EXPECTED)
def test_verdicts(reports: dict[str, Report], seed: str) -> None:
    report = reports[seed]
    failed = {one.id for one in report.checks if one.verdict is Verdict.FAILED}
    assert EXPECTED[seed] <= failed <= EXPECTED[seed] | UNSTEADY.get(seed, set())
    assert not [one.id for one in report.checks if one.verdict in (Verdict.BLOCKED, Verdict.INFRA)]
    assert report.variant == "multi-user"
    assert report.model == "threads"
    assert not report.needs_review


@pytest.mark.parametrize("seed", DIALECTS)
def test_dialects(reports: dict[str, Report], seed: str) -> None:
    dialect = reports[seed].dialect
    assert {key: dialect[key] for key in DIALECTS[seed]} == DIALECTS[seed]


def test_stuck_lines_are_the_reports_own(reports: dict[str, Report]) -> None:
    (newcomer,) = [one for one in reports["002"].checks if one.id == "silent-newcomer"]
    (place,) = newcomer.stuck
    assert place.source == "name = conn.recv(1024).decode()"
    lines = next(SEEDS.glob("002*")).read_text(encoding="utf-8").splitlines()
    assert lines[place.line - 1].strip() == place.source
    assert place.call == "recv"
    assert "Молчун" in place.waits_for
