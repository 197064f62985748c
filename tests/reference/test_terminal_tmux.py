"""The comfortable client in a real terminal: tmux is the terminal, the test is the server, and the screen is read as a person would.

Nothing is slept: the screen is looked at until it shows what is awaited, or the deadline has passed.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference.dialect import KNOWN

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 20.0  # seconds; an answer takes a tenth of one, but starting Python on a busy machine may take some
LINES = KNOWN["lines"]
WELCOME = "Добро пожаловать, Анна! Чтобы уйти, напишите /выход"
# Around the client a shell that says how it ended, and whether the terminal's settings are as they were; `cat` then shows what is typed.
AROUND = "before=$(stty -g); {command}; echo code=$?; [ \"$before\" = \"$(stty -g)\" ] && echo settings=same; exec cat"


class Terminal:
    """A terminal of its own with `chat join` in it, and the server's end of the connection."""

    def __init__(self, folder: Path, columns: int, rows: int, **environment: str) -> None:
        self._tmux = ["tmux", "-u", "-S", str(folder / "tmux"), "-f", os.devnull]
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(DEADLINE)
        self.columns = columns
        self.port = self.listener.getsockname()[1]
        command = [sys.executable, "-m", "reference", "join", "--name", "Анна", "--port", str(self.port)]
        shell = AROUND.format(command=shlex.join(command))
        variables = {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT), "NO_COLOR": "", **environment}
        settings = [f"{name}={value}" for name, value in variables.items()]
        self._run("new-session", "-d", "-x", str(columns), "-y", str(rows), "env", *settings, "sh", "-c", shell)

    def accept(self) -> socket.socket:
        """The client comes in: ask, hear the name, welcome."""
        server, _ = self.listener.accept()
        server.settimeout(DEADLINE)
        server.sendall(f"{LINES.prompt}\n".encode())
        assert self.heard(server) == "Анна"
        server.sendall(f"{WELCOME}\n".encode())
        return server

    def heard(self, server: socket.socket) -> str:
        """The next line the client sent; "" for its end."""
        data = b""
        while not data.endswith(b"\n") and (byte := server.recv(1)):
            data += byte
        return data.decode().rstrip("\n")

    def press(self, *keys: str) -> None:
        """Keys as tmux names them: Enter, C-d, Up."""
        self._run("send-keys", *keys)

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)

    def screen(self) -> list[str]:
        """The rows that are seen, without blanks at their ends; blank ones at the foot are left out."""
        return self._run("capture-pane", "-p").rstrip().split("\n")

    def until(self, *wanted: str, cursor: int | None = None) -> list[str]:
        """Look at the screen until each of `wanted` is a row of it, in this order though perhaps with others between; time stamps aside.
        With `cursor`, until it stands in that column of the last of them, too. Returns all rows."""
        until = time.monotonic() + DEADLINE
        while True:
            rows = [row.rstrip()[6:] if row[2:3] == ":" else row.rstrip() for row in self.screen()]
            left = iter(rows)
            if all(row in left for row in wanted):
                place = f"{cursor} {rows.index(wanted[-1])}"
                if cursor is None or self.state("cursor_x} #{cursor_y") == place:
                    return rows
            assert time.monotonic() < until, f"{wanted} not found, the screen is:\n" + "\n".join(rows)

    def state(self, variable: str) -> str:
        """What tmux knows of the terminal, such as cursor_flag: 1 if the cursor is visible."""
        return self._run("display-message", "-p", f"#{{{variable}}}").strip()

    def close(self) -> None:
        self.listener.close()
        self._run("kill-server")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run([*self._tmux, *arguments], capture_output=True, timeout=DEADLINE, check=True)
        return done.stdout.decode()


@pytest.fixture(params=[(80, 24), (40, 12)], ids=["80x24", "40x12"])
def terminal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path, *request.param)
    yield terminal
    terminal.close()


def test_a_message_leaves_the_half_typed_line_intact_and_the_end_leaves_the_terminal_clean(terminal: Terminal) -> None:
    with terminal.accept() as server:
        terminal.until(">", cursor=2)
        terminal.type("завтра в де")
        terminal.until("> завтра в де")
        server.sendall("Борис теперь с нами\nБорис: кто идёт?\n".encode())
        bar = "здесь: Анна (вы), Борис"
        if terminal.columns == 80:
            bar = f"127.0.0.1:{terminal.port} · {bar}"
        rows = terminal.until("· Борис теперь с нами", "Борис: кто идёт?", "> завтра в де", f" {bar}")
        assert sum("завтра" in row for row in rows) == 1
        terminal.until("> завтра в де", cursor=13)
        for number in range(30):  # more than the screen holds, letter by letter and line by line
            server.sendall(f"Борис: {number}\n".encode())
            terminal.type(str(number % 10))
        typed = f"завтра в де{'0123456789' * 3}"
        terminal.press("C-a", "Right")  # and with the cursor inside it
        server.sendall("Борис: довольно\n".encode())
        row = f"> {typed}"[: terminal.columns]  # in the narrow one the rest goes on in the next
        terminal.until("Борис: 29", "Борис: довольно", row, cursor=3)
        terminal.press("Enter")
        assert terminal.heard(server) == typed
        terminal.type("выбросить")
        terminal.press("C-u", "C-d")
        assert terminal.heard(server) == ""
    rows = terminal.until("Борис: довольно", "(чат закончен)", "code=0", "settings=same")
    assert rows[-3:] == ["(чат закончен)", "code=0", "settings=same"]  # no bar is left, nor an answer to where the cursor is
    assert ">" not in rows
    assert (terminal.state("cursor_flag"), terminal.state("alternate_on")) == ("1", "0")
    terminal.type("после")
    terminal.until("settings=same", "после")


def test_the_half_typed_line_outlives_the_connection(terminal: Terminal) -> None:
    with terminal.accept():
        terminal.until(">")
        terminal.type("не теряйся")
        terminal.until("> не теряйся")
    with terminal.accept() as server:
        terminal.until("(связь восстановлена)", "> не теряйся")
        terminal.press("Enter")
        assert terminal.heard(server) == "не теряйся"
        terminal.press("Up")
        terminal.until("Анна: не теряйся", "> не теряйся")
        terminal.press("C-c")
        assert terminal.heard(server) == ""
    rows = terminal.until("(чат закончен)", "code=130", "settings=same")
    assert rows[-1] == "settings=same"


def test_what_a_stranger_sends_does_not_move_anything(terminal: Terminal) -> None:
    with terminal.accept() as server:
        terminal.type("тихо")
        terminal.until("> тихо")
        server.sendall("Борис: \x1b[2J\x1b[H\x1b]0;взлом\x07\rЯ!\x9b5A\n".encode())
        terminal.until("Борис: \ufffd[2J\ufffd[H\ufffd]0;взлом\ufffd\ufffdЯ!\ufffd5A", "> тихо")
        terminal.press("C-c")
    terminal.until("(чат закончен)", "code=130", "settings=same")


@pytest.mark.parametrize("term", ["dumb", "linux", "vt100"])
def test_any_terminal_will_do(term: str, tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, 80, 24, TERM=term)
    try:
        with terminal.accept() as server:
            server.sendall("Борис: привет\n".encode())
            terminal.until("Борис: привет")
            terminal.type("и тебе")
            terminal.press("Enter")
            assert terminal.heard(server) == "и тебе"
            terminal.press("C-d")
            assert terminal.heard(server) == ""
        terminal.until("(чат закончен)", "code=0", "settings=same")
    finally:
        terminal.close()
