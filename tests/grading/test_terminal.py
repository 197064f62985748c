"""A terminal: what is typed arrives, what is shown is read as a person reads it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from grading.terminal import SCREEN_LIMIT, Terminal, plain, shows

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    opened = Terminal()
    yield opened
    opened.close()


@on_posix
def test_what_is_typed_is_there_at_once_and_echoed(terminal: Terminal) -> None:
    terminal.type("привет")
    os.set_blocking(terminal.program_end, False)
    assert os.read(terminal.program_end, 100).decode() == "привет\n"
    terminal.look()
    assert terminal.screen.decode() == "привет\r\n"


@on_posix
def test_what_a_program_shows_is_there_at_once(terminal: Terminal) -> None:
    for number in range(200):
        os.write(terminal.program_end, b"%d\n" % number)
        terminal.look()
        assert terminal.screen.endswith(b"%d\r\n" % number)


@on_posix
def test_a_program_that_never_reads_does_not_hold_us_up(terminal: Terminal) -> None:
    for _ in range(300):
        terminal.type("а" * 30)


@on_posix
def test_a_screen_is_kept_up_to_a_limit(terminal: Terminal) -> None:
    os.set_blocking(terminal.program_end, False)
    written = 0
    for _ in range(5000):
        try:
            written += os.write(terminal.program_end, b"x" * 4000)
        except BlockingIOError:
            break
        terminal.look()
    assert written >= SCREEN_LIMIT
    assert terminal.full


@on_posix
def test_a_terminal_is_one_and_wide_enough(terminal: Terminal) -> None:
    assert os.isatty(terminal.program_end)
    assert os.get_terminal_size(terminal.program_end).columns >= 80


@pytest.mark.parametrize(
    ("screen", "text"),
    [
        ("Борис: привет, как дела?\r\n", "привет, как дела?"),
        ("\r\x1b[2K\x1b[1;36mБорис\x1b[0m: при\x1b[1mвет\x1b[0m\r\n> ", "привет"),
        ("привет,\r\nкак дела?", "привет, как дела?"),
        ("\x1b]0;чат\x07п\x00ривет", "привет"),
    ],
)
def test_a_text_on_a_screen_is_found(screen: str, text: str) -> None:
    assert shows(screen.encode(), text)


@pytest.mark.parametrize("screen", ["", "приве", "ПРИВЕТ", "при-вет", "привт"])
def test_another_text_is_not(screen: str) -> None:
    assert not shows(screen.encode(), "привет")


def test_a_screen_in_plain_words() -> None:
    assert plain("\x1b[32mвы>\x1b[0m \rБорис: да\r\n\x07".encode() + b"\xff") == "вы> \nБорис: да\n\N{REPLACEMENT CHARACTER}"
