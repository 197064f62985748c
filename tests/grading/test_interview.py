"""The interview, put to real servers of a few lines each."""

from __future__ import annotations

import random
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator

import pytest

from grading.interview import interview
from grading.learned import Hints, Learned
from grading.running import Launch, NotStarted
from grading.sandbox import Sandbox, open_sandbox
from grading.server import Server
from grading.submission.model import Way
from reference.dialect import Dialect

pytestmark = [
    pytest.mark.linux,
    pytest.mark.skipif(sys.platform != "linux", reason="needs Linux"),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap"),
]

# What all servers here begin with: guests and a way to tell the others.
HEAD = """
import socket, threading, time
sock = socket.create_server(("127.0.0.1", 9090))
guests = {}
def tell(text, author):
    for guest in list(guests):
        if guest is not author:
            guest.sendall(text.encode())
def gone(guest):
    guests.pop(guest, None)
    guest.close()
"""
TAIL = """
while True:
    guest, _ = sock.accept()
    threading.Thread(target=talk, args=(guest,), daemon=True).start()
"""
RAW = (
    HEAD
    + """
def talk(guest):
    guests[guest] = ""
    try:
        while text := guest.recv(1024).decode():
            tell(text, guest)
    except OSError: pass
    gone(guest)
"""
    + TAIL
)
PROMPT = (
    HEAD
    + """
def talk(guest):
    guest.sendall("NICK".encode())
    try:
        name = guest.recv(1024).decode()
        tell(f"{name} присоединился к чату!", guest)
        guests[guest] = name
        guest.sendall("Добро пожаловать!".encode())
        while (text := guest.recv(1024).decode()) not in ("", "/quit"):
            tell(f"{name}: {text}", guest)
    except OSError: pass
    gone(guest)
    tell(f"{name} покинул чат!", guest)
"""
    + TAIL
)
LINES = (
    HEAD
    + """
def talk(guest):
    lines = guest.makefile(encoding="utf-8")
    try:
        name = lines.readline().strip()
        guests[guest] = name
        for line in lines:
            for other in list(guests):
                other.sendall(f"[{time.strftime('%H:%M')}] {name}> {line}".encode())
    except OSError: pass
    gone(guest)
"""
    + TAIL
)
TICKING = (
    HEAD
    + """
waiting = []
def post():
    while True:
        time.sleep(0.05)
        while waiting:
            tell(*waiting.pop(0))
threading.Thread(target=post, daemon=True).start()
def talk(guest):
    guests[guest] = ""
    try:
        while text := guest.recv(1024).decode():
            waiting.append((text, guest))
    except OSError: pass
    gone(guest)
"""
    + TAIL
)
SLOW = RAW.replace("            tell(", "            time.sleep(0.2); tell(")
FOR_TWO = """
import socket
sock = socket.create_server(("127.0.0.1", 9090))
boris, _ = sock.accept()
vera, _ = sock.accept()
while True:
    vera.sendall(boris.recv(1024))
    boris.sendall(vera.recv(1024))
"""


class Opener:
    """Starts a fresh server each time, ending the former, as a bench does."""

    def __init__(self, source: str) -> None:
        self._files = {"server.py": textwrap.dedent(source).encode()}
        self._open: tuple[Sandbox, Server] | None = None
        self.count = 0

    def __call__(self) -> Server:
        self.close()
        sandbox = open_sandbox(self._files, isolation="require:bubblewrap")
        server = Server(sandbox, Launch(("server.py",)))
        self._open = sandbox, server
        self.count += 1
        server.start()
        return server

    def close(self) -> None:
        if self._open is not None:
            sandbox, server = self._open
            self._open = None
            server.close()
            sandbox.close()


@pytest.fixture
def opening() -> Iterator[Callable[[str], Opener]]:
    made: list[Opener] = []

    def opener(source: str) -> Opener:
        made.append(Opener(source))
        return made[-1]

    yield opener
    for one in made:
        one.close()


def asked(opener: Opener, hints: Hints | None = None, seed: str = "1") -> Learned:
    return interview(opener, hints or Hints(), random.Random(seed))


def test_a_raw_relay(opening: Callable[[str], Opener]) -> None:
    opener = opening(RAW)
    assert asked(opener) == Learned(Dialect(named_by="nobody", author="unknown", relay="{text}"), understood=True, model="threads")
    assert opener.count == 1


@pytest.mark.parametrize("author", ["client", "nobody"])
def test_of_a_raw_relay_the_source_tells_the_author(opening: Callable[[str], Opener], author: str) -> None:
    assert asked(opening(RAW), Hints(author=author)).dialect.author == author


def test_a_server_that_asks_for_the_name(opening: Callable[[str], Opener]) -> None:
    dialect = Dialect(
        prompt="NICK",
        named_by="prompt",
        author="server",
        relay="{name}: {text}",
        welcome="Добро пожаловать!",
        joined="{name} присоединился к чату!",
        left="{name} покинул чат!",
        quit="/quit",
    )
    opener = opening(PROMPT)
    assert asked(opener, Hints(quit_words=("выход", "/quit"))) == Learned(dialect, understood=True, model="threads")
    assert opener.count == 2  # the word was confirmed on a fresh one


def test_a_server_of_lines(opening: Callable[[str], Opener]) -> None:
    dialect = Dialect(named_by="first-message", author="server", relay="[{time}] {name}> {text}", echo=True, framing="lines")
    opener = opening(LINES)
    assert asked(opener) == Learned(dialect, understood=True, model="threads")
    assert opener.count == 2  # without a newline it was silent


BARE = LINES.replace("{line}", "{line.rstrip()}")


def test_a_server_that_reads_lines_and_sends_none(opening: Callable[[str], Opener]) -> None:
    dialect = Dialect(named_by="first-message", author="server", relay="[{time}] {name}> {text}", echo=True, framing="lines-in", quit="/q")
    opener = opening(BARE.replace("for line in lines:", "while (line := lines.readline().strip()) not in ('', '/q'):"))
    assert asked(opener, Hints(quit_words=("/q",))) == Learned(dialect, understood=True, model="threads")
    assert opener.count == 3  # without a newline it was silent; the word was confirmed by guests who send lines


@pytest.mark.parametrize(("source", "framing"), [(LINES, "lines"), (BARE, "lines-in")], ids=["lines", "lines-in"])
@pytest.mark.parametrize("settled", ["lines", "lines-in"])
def test_to_a_server_that_reads_lines_one_speaks_in_the_same_way(
    opening: Callable[[str], Opener], source: str, framing: str, settled: str
) -> None:
    opener = opening(source)
    learned = interview(opener, Hints(), random.Random(1), (Way(framing=settled),))
    assert (learned.understood, learned.dialect.framing, learned.dialect.relay) == (True, framing, "[{time}] {name}> {text}")
    assert opener.count == 1


def test_where_the_name_alone_has_to_end_with_a_newline_texts_are_no_lines(opening: Callable[[str], Opener]) -> None:
    asks = PROMPT.replace("guest.recv(1024).decode()", "guest.makefile('rb', 0).readline().decode().strip()", 1)
    learned = asked(opening(asks.replace("{text}", "{text.strip()}")))
    assert (learned.understood, learned.dialect.framing, learned.dialect.hello) == (True, "none", "{name}\n")


def test_a_server_that_forwards_after_a_pause(opening: Callable[[str], Opener]) -> None:
    opener = opening(SLOW)
    learned = asked(opener)
    assert (learned.dialect, learned.understood) == (Dialect(named_by="nobody", author="unknown", relay="{text}"), True)
    assert learned.timers_matter
    assert opener.count == 2  # as soon as something came of waiting, all was asked again


def test_a_server_that_forwards_when_a_timer_wakes_it(opening: Callable[[str], Opener]) -> None:
    opener = opening(TICKING)
    learned = asked(opener)
    assert (learned.dialect, learned.understood) == (Dialect(named_by="nobody", author="unknown", relay="{text}"), True)
    assert learned.timers_matter
    assert opener.count == 2  # once it was known that its timer matters, all was asked again


@pytest.mark.parametrize(
    "source",
    [
        FOR_TWO,
        FOR_TWO.replace("    vera.sendall(boris.recv(1024))\n", "").rstrip() + "\n    vera.sendall(boris.recv(1024))\n",
    ],
    ids=["the first begins", "the second begins"],
)
def test_a_server_for_two_who_speak_in_turns(opening: Callable[[str], Opener], source: str) -> None:
    dialect = Dialect(named_by="nobody", author="unknown", relay="{text}", turns="alternate")
    assert asked(opening(source)) == Learned(dialect, understood=True, seats=2, model="blocking")


def test_a_server_that_passes_nothing_on_is_not_understood(opening: Callable[[str], Opener]) -> None:
    opener = opening(RAW.replace("            tell(text, guest)", "            print(text)"))
    learned = asked(opener)
    assert not learned.understood
    assert learned.dialect == Dialect(named_by="first-message", author="unknown", relay="{text}")
    assert opener.count == 2  # both ways of framing were tried


def test_a_server_that_ends_in_the_middle_is_not_understood(opening: Callable[[str], Opener]) -> None:
    learned = asked(opening(HEAD + "guest, _ = sock.accept()\nguest.recv(10)\n"))
    assert not learned.understood
    assert learned.remarks == ("подключиться не удалось: Connection refused",)


def test_what_a_server_answered_to_a_name_is_told_to_the_teacher(opening: Callable[[str], Opener]) -> None:
    taken = "name = guest.recv(1024).decode()"
    learned = asked(opening(PROMPT.replace(taken, taken + "; guest.sendall(b'Too long!'); guest.recv(9); 1 / 0")))
    assert not learned.understood
    (remark,) = learned.remarks
    assert remark.endswith("сервер ответил: «Too long!».")


def test_a_word_that_ends_a_session_by_chance_is_no_quit_word(opening: Callable[[str], Opener]) -> None:
    full = PROMPT.replace('not in ("", "/quit")', "!= '' and not name.startswith('Denis')")  # of the fifth guest every word is the last
    assert asked(opening(full), Hints(quit_words=("bye",))).dialect.quit == ""


COMMANDS = (
    HEAD
    + """
def talk(guest):
    try:
        for line in guest.makefile(encoding="utf-8"):
            command, _, rest = line.strip().partition(":")
            if command == "NICK":
                guests[guest] = rest
            elif command == "MSG":
                tell(f"{guests[guest]}: {rest}\\n", guest)
            elif ENDS:
                break
    except OSError: pass
    gone(guest)
"""
    + TAIL
)


@pytest.mark.parametrize(("ends", "quit"), [("command == 'QUIT'", "QUIT:"), ("command != ''", "")], ids=["one word", "every other word"])
def test_a_command_is_a_quit_word_only_if_a_word_that_means_nothing_ends_no_session(
    opening: Callable[[str], Opener], ends: str, quit: str
) -> None:
    hints = Hints(quit_words=("QUIT",), ways=(Way("lines", "NICK:{name}", "", "MSG:{text}"),))
    learned = asked(opening(COMMANDS.replace("ENDS", ends)), hints)
    assert (learned.understood, learned.dialect.says, learned.dialect.quit) == (True, "MSG:{text}", quit)


def test_a_word_that_ends_the_whole_server_is_a_quit_word_too(opening: Callable[[str], Opener]) -> None:
    told = """tell(f"{name}: {text}", guest)"""
    ending = PROMPT.replace(told, f"import os; text == 'bye' and os._exit(0); {told}")
    assert asked(opening(ending), Hints(quit_words=("bye",))).dialect.quit == "bye"


def test_a_hint_is_tried_after_plain_texts_and_trusted_only_if_it_works(opening: Callable[[str], Opener]) -> None:
    wanting = RAW.replace("            tell(text, guest)", "            text.startswith('SAY ') and tell(text[4:], guest)")
    opener = opening(wanting)
    learned = asked(opener, Hints(ways=(Way(says="TELL {text}"), Way(says="SAY {text}"))))
    assert learned.understood
    assert learned.dialect.says == "SAY {text}"
    assert opener.count == 4


def test_settled_ways_are_the_only_ones(opening: Callable[[str], Opener]) -> None:
    opener = opening(RAW)
    learned = interview(opener, Hints(ways=(Way(says="SAY {text}"),)), random.Random(1), (Way(framing="length-2"),))
    assert opener.count == 1
    assert learned.dialect.framing == "length-2"


def test_a_server_that_does_not_start_is_said(opening: Callable[[str], Opener]) -> None:
    with pytest.raises(NotStarted):
        asked(opening("raise SystemExit(1)"))


def test_the_same_seed_asks_the_same(opening: Callable[[str], Opener]) -> None:
    def heard(seed: str) -> list[str]:
        opener = opening(RAW.replace("            tell(", "            print(text, flush=True); tell("))
        servers: list[Server] = []

        def kept() -> Server:
            servers.append(opener())
            return servers[-1]

        interview(kept, Hints(), random.Random(seed))
        return servers[-1].output().splitlines()

    first = heard("1")
    assert len(first) >= 5
    assert first[0].startswith("Anna")
    assert heard("1") == first
    assert heard("2") != first
