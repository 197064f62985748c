"""The comfortable client's keys and redrawing: prompt_toolkit with a pipe for a keyboard and a tape for a terminal."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from reference.clients.terminal import home
from reference.clients.terminal.client import LOST
from reference.clients.terminal.screen import INTERRUPTED, Screen
from reference.dialect import KNOWN
from tests.reference.papers import DEADLINE, Wire

LINES = KNOWN["lines"]


class Tape(DummyOutput):
    """A terminal that keeps what is written, and lets a test wait for it."""

    def __init__(self) -> None:
        self.text = ""
        self._changed = asyncio.Event()

    def write(self, data: str) -> None:
        self.text += data
        self._changed.set()

    async def has(self, text: str) -> None:
        async with asyncio.timeout(DEADLINE):
            while text not in self.text:
                self._changed.clear()
                await self._changed.wait()


class Seat:
    """A person at a terminal: keys in, tape out, and the server's end of the wire."""

    def __init__(self, keys: PipeInput, name: str) -> None:
        self.tape = Tape()
        self.keys = keys
        ours, theirs = socket.socketpair()
        self.wire = Wire(theirs)
        screen = Screen(("127.0.0.1", 1), LINES, name, input=keys, output=self.tape)
        self.run = asyncio.ensure_future(screen.run(ours))

    async def come_in(self) -> None:
        self.wire.tell(f"{LINES.prompt}\n")
        await self.wire.got("Анна\n")
        self.wire.tell("Добро пожаловать, Анна! Чтобы уйти, напишите /выход\n")
        await self.tape.has("Добро пожаловать")

    async def code(self) -> int:
        async with asyncio.timeout(DEADLINE):
            return await self.run


def sit(scenario: Callable[[PipeInput], Awaitable[None]]) -> None:
    """Run a scenario with a keyboard of its own."""

    async def main() -> None:
        with create_pipe_input() as keys, create_app_session(input=keys):
            await scenario(keys)

    asyncio.run(main())


def test_a_line_that_comes_leaves_the_half_typed_one_alone() -> None:
    async def scenario(keys: PipeInput) -> None:
        seat = Seat(keys, "Анна")
        await seat.come_in()
        keys.send_text("поло")
        await seat.tape.has("поло")
        seat.wire.tell("Борис: эй!\n")
        await seat.tape.has("эй!")
        keys.send_text("вина\r")
        await seat.wire.got("половина\n")
        keys.send_text("\x04")
        await seat.wire.ended()
        seat.wire.socket.close()
        assert await seat.code() == 0

    sit(scenario)


def test_the_arrow_brings_back_what_was_said_and_not_the_name() -> None:
    async def scenario(keys: PipeInput) -> None:
        seat = Seat(keys, "")
        seat.wire.tell(f"{LINES.prompt}\n")
        await seat.tape.has("Ваше имя:")
        await seat.tape.has(LINES.prompt)
        keys.send_text("Анна\r")
        await seat.wire.got("Анна\n")
        seat.wire.tell("Добро пожаловать, Анна! Чтобы уйти, напишите /выход\n")
        await seat.tape.has("Добро пожаловать")
        keys.send_text("раз\r")
        await seat.wire.got("раз\n")
        keys.send_text("\x1b[A\x1b[A\x1b[A, два\r")
        await seat.wire.got("раз, два\n")
        keys.send_text("  \r/выход\r")
        await seat.wire.got("/выход\n")
        seat.wire.socket.close()
        assert await seat.code() == 0

    sit(scenario)


@pytest.mark.parametrize(("key", "code"), [("\x04", 0), ("\x03", INTERRUPTED)])
def test_leaving_says_goodbye_and_shows_the_last_words(key: str, code: int) -> None:
    async def scenario(keys: PipeInput) -> None:
        seat = Seat(keys, "Анна")
        await seat.come_in()
        keys.send_text(key)
        await seat.wire.ended()
        seat.wire.tell("Борис: пока, Анна\n")
        seat.wire.socket.close()
        assert await seat.code() == code
        assert "пока, Анна" in seat.tape.text

    sit(scenario)


def test_a_server_that_never_hangs_up_does_not_keep_us() -> None:
    async def scenario(keys: PipeInput) -> None:
        seat = Seat(keys, "Анна")
        await seat.come_in()
        keys.send_text("\x04")
        assert await seat.code() == 0
        seat.wire.socket.close()

    sit(scenario)


def test_a_flood_is_shown_to_the_last_line_and_in_order() -> None:
    async def scenario(keys: PipeInput) -> None:
        seat = Seat(keys, "Анна")
        await seat.come_in()
        flood = "".join(f"строка {number}\n" for number in range(5000))
        await asyncio.get_running_loop().sock_sendall(seat.wire.socket, flood.encode())
        await seat.tape.has("строка 4999")
        shown = [int(word.split("\n")[0]) for word in seat.tape.text.split("строка ")[1:]]
        assert shown == list(range(5000))
        keys.send_text("\x04")
        await seat.wire.ended()
        seat.wire.socket.close()
        assert await seat.code() == 0

    sit(scenario)


@pytest.mark.parametrize("comes_in", [True, False])
def test_giving_up_ends_the_program(comes_in: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """No try is made at all, so that nobody waits for half a minute."""
    monkeypatch.setattr("reference.clients.terminal.backoff.MOST_TRIES", 0)

    async def scenario(keys: PipeInput) -> None:
        seat = Seat(keys, "Анна")
        if comes_in:
            await seat.come_in()
        seat.wire.socket.close()
        assert await seat.code() == LOST
        assert "сервер не вернулся" in seat.tape.text

    sit(scenario)


# -- where it can be at home


class Stream:
    """A standard stream, a terminal or not."""

    def __init__(self, terminal: bool) -> None:
        self.isatty = lambda: terminal


@pytest.mark.parametrize(
    ("terminals", "term", "installed", "reason"),
    [
        ((True, True), "xterm-256color", True, ""),
        ((True, True), "", True, ""),  # Windows' console sets no TERM
        ((False, True), "xterm", True, "терминалом"),
        ((True, False), "xterm", True, "терминалом"),
        ((True, True), "dumb", True, "курсор"),
        ((True, True), "xterm", False, "pip install prompt_toolkit"),
    ],
)
def test_what_is_in_its_way_is_said(
    monkeypatch: pytest.MonkeyPatch, terminals: tuple[bool, bool], term: str, installed: bool, reason: str
) -> None:
    for stream, terminal in zip(("sys.stdin", "sys.stdout"), terminals, strict=True):
        monkeypatch.setattr(stream, Stream(terminal))
    monkeypatch.setenv("TERM", term)
    if not installed:
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    said = home.obstacle()
    assert reason in said
    assert bool(said) is bool(reason)
