"""The client programs of the five real reports talk to one another through our servers, each in the dialect of its own server.

A client is taken from its report as it stands, and gets a pseudo-terminal, since it was written for a person. Their ports are fixed, so
each conversation runs where it can in a network of its own (bubblewrap), in a second process: this same file, run as a script.
"""

from __future__ import annotations

import codecs
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread

import pytest
from markdown_it import MarkdownIt

from reference.__main__ import SERVERS
from reference.dialect import KNOWN
from reference.room import Action, Room
from reference.servers.doorstep import listen

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"
DEADLINE = 20.0  # seconds for a whole conversation, of which the five take about half a second each
STYLES = ["threaded", "selecting", "polling", "coroutines"]


@dataclass(frozen=True)
class Seed:
    """What one report's client does: in which dialect, on which port, what it asks the person, and what it shows in the end.

    `asks` is the question for the name ("" if there is none), `inside` what the client shows when it can talk.
    """

    report: str
    dialect: str
    port: int
    asks: str
    inside: str


PEOPLE = [
    Seed("000_d7c38cec00b75be3.txt", "raw-echo", 9090, "", "connected to the server"),
    Seed("001_219f9a4dbfd81250.txt", "raw", 8088, "", "Введите сообщение"),
    Seed("002_c1fafe02f4aa0031.txt", "first-message", 4000, "Type your name", "Connected to server"),
    Seed("003_3bf32a72f893c8b9.txt", "prompt-echo", 9999, "Choose a nickname", "Connected to the server"),
    Seed("004_f12a51e932a5188f.txt", "prompt", 8080, "Введите ваш никнейм", "Подключение к серверу успешно!"),
]
BY_DIALECT = {seed.dialect: seed for seed in PEOPLE}

pytestmark = [
    pytest.mark.seeds,
    pytest.mark.skipif(not SEEDS.is_dir(), reason="the five reports are not here"),
    pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals"),
]


def listings(report: Path) -> list[str]:
    """All Python listings of a report, fenced or indented, in order."""
    tokens = MarkdownIt("commonmark").parse(report.read_text(encoding="utf-8"))
    code = [token for token in tokens if token.type == "code_block" or token.info.strip() in ("py", "python")]
    return [token.content for token in code if "import" in token.content]


def network_of_its_own() -> list[str]:
    """A command prefix which gives a program an empty network; nothing where this machine has no way to."""
    if shutil.which("bwrap"):
        prefix = ["bwrap", "--unshare-net", "--dev-bind", "/", "/", "--die-with-parent", "--"]
        if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    return []


@pytest.mark.parametrize("seed", PEOPLE, ids=lambda seed: seed.report[:3])
def test_a_report_has_a_server_and_a_client(seed: Seed) -> None:
    server, client = listings(SEEDS / seed.report)
    assert ".accept(" in server
    assert ".connect(" in client
    assert str(seed.port) in client


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("seed", PEOPLE, ids=lambda seed: seed.report[:3])
def test_two_clients_of_a_report_talk_through_our_server(seed: Seed, style: str, tmp_path: Path) -> None:
    client = tmp_path / "client.py"
    client.write_text(listings(SEEDS / seed.report)[1], encoding="utf-8")
    driver = [sys.executable, "-W", "error", str(Path(__file__).resolve()), style, seed.dialect, str(client)]
    done = subprocess.run(
        [*network_of_its_own(), *driver],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=2 * DEADLINE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# -- the second process


class Terminal:
    """A client program at a pseudo-terminal; what it shows is kept, what is typed is typed as a person does."""

    def __init__(self, client: str, until: float) -> None:
        import pty  # noqa: PLC0415 - not on Windows

        self._until = until
        self._screen, its_end = pty.openpty()
        self._process = subprocess.Popen([sys.executable, client], stdin=its_end, stdout=its_end, stderr=its_end, start_new_session=True)
        os.close(its_end)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.shown = ""
        self._seen = 0

    def type(self, line: str) -> None:
        os.write(self._screen, f"{line}\n".encode())

    def expect(self, pattern: str) -> None:
        """Read until the pattern appears after what was expected before."""
        while not (found := re.search(pattern, self.shown[self._seen :])):
            left = self._until - time.monotonic()
            readable, _, _ = select.select([self._screen], [], [], max(left, 0))
            if not readable:
                raise TimeoutError(f"no {pattern!r} in {self.shown!r}")
            self.shown += self._decoder.decode(os.read(self._screen, 65536))
        self._seen += found.end()

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._screen)


def converse(style: str, dialect_name: str, client: str) -> None:
    """Serve two clients, and let each say something which the other must show."""
    seed, until = BY_DIALECT[dialect_name], time.monotonic() + DEADLINE
    news = Condition()
    inside: set[object] = set()

    class WatchedRoom(Room[object]):
        """Tells when a guest is inside: two of the dialects give no sign of it on the wire."""

        def _admit(self, guest: object, *rest: object) -> list[Action[object]]:
            actions = super()._admit(guest, *rest)  # type: ignore[arg-type]
            with news:
                inside.add(guest)
                news.notify_all()
            return actions

    listener = listen("127.0.0.1", seed.port)
    Thread(target=SERVERS[style], args=(listener, WatchedRoom(KNOWN[dialect_name])), daemon=True).start()
    terminals: list[Terminal] = []
    try:
        for number, name in enumerate(("Anna", "Boris"), start=1):
            terminals.append(Terminal(client, until))
            if seed.asks:
                terminals[-1].expect(seed.asks)
                terminals[-1].type(name)
            terminals[-1].expect(seed.inside)
            with news:
                if not news.wait_for(lambda number=number: len(inside) == number, max(until - time.monotonic(), 0)):  # type: ignore[misc]
                    raise TimeoutError(f"{name} never came in: {terminals[-1].shown!r}")
        anna, boris = terminals
        anna.type("привет, это первая")
        boris.expect("привет, это первая")
        boris.type("а это второй")
        anna.expect("а это второй")
        if seed.asks:
            assert "Anna: привет, это первая" in boris.shown, boris.shown
            assert "Boris: а это второй" in anna.shown, anna.shown
    finally:
        for terminal in terminals:
            terminal.close()


if __name__ == "__main__":
    converse(*sys.argv[1:])
