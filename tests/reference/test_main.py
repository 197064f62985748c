"""The command line: what it refuses, in one line each; and a conversation of two real clients in one real room."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from reference.__main__ import CLIENTS, TO_CONNECT, main
from reference.clients.terminal.home import MISSING

ROOT = Path(__file__).resolve().parents[2]
DEADLINE = 10.0  # seconds


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("serve threded", "threaded?"),
        ("serve threaded --dialect linse", "lines?"),
        ("serve threaded --dialect qwerty", "first-message"),
        ("join --style selektng", "selecting?"),
        ("serve threaded --port 70000", "70000"),
        ("serve threaded --port -1", "chat:"),
        ("serve threaded --host ....", "нет такого адреса"),
        ("serve threaded --host 192.0.2.1 --port 0", "не адрес этого компьютера"),
        ("serve threaded --seats 0", "самое меньшее 1"),
        ("serve blocking --seats 3", "два места"),
        ("serve threaded --seats x", "--seats"),
        ("serve polling --unsent -5", "chat:"),
        ("serve polling --longest 99999999999999999999", "--longest"),
        ("serve poling", "polling?"),
        ("join --style terminal", "терминалом"),
        ("join --dialect none.toml", "такого файла нет"),
        ("join --dialect first-message", "--name"),
        ("join --dialect raw-echo", "--name"),
        ("serve", "chat:"),
        ("", "chat:"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(arguments: str, complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("chat: ")
    assert err.count("\n") == 1
    assert complaint in err


def test_a_port_in_use_and_a_port_of_nobody_are_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["serve", "selecting", "--port", str(port)]) == 2
        assert "порт уже занят" in capsys.readouterr().err
    assert main(["join", "--port", str(port)]) == 2
    assert "никто не слушает" in capsys.readouterr().err


def test_a_dialect_of_ones_own_and_what_a_client_cannot_speak(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.toml"
    for framing, complaint in (("length-4", "framing"), ("lines", "никто не слушает")):
        file.write_text(f"[dialect]\nframing = '{framing}'\n", encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        assert main(["join", "--name", "Анна", "--dialect", str(file), "--port", str(port)]) == 2
        assert complaint in capsys.readouterr().err


def test_nobody_waits_for_ever_for_a_silent_server(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    waited: list[object] = []

    def connect(address: object, timeout: object) -> socket.socket:
        waited.append(timeout)
        raise TimeoutError("timed out")

    monkeypatch.setattr("socket.create_connection", connect)
    assert main(["join", "--name", "Анна"]) == 2
    assert capsys.readouterr().err == "chat: не могу соединиться с 127.0.0.1:9090: никто не ответил\n"
    assert waited == [TO_CONNECT]


def test_without_prompt_toolkit_the_plain_client_is_taken_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("reference.clients.terminal.home.obstacle", lambda: MISSING)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    assert main(["join", "--port", str(port)]) == 2
    note, refusal = capsys.readouterr().err.splitlines()
    assert "pip install prompt_toolkit" in note
    assert "никто не слушает" in refusal


@pytest.mark.parametrize("style", CLIENTS)
def test_two_clients_talk_through_a_server(style: str) -> None:
    """Boris is started when Anna is inside, and Anna's keyboard ends when she has read his line: nothing depends on speed."""
    start = [sys.executable, "-m", "reference"]
    pipes = {"cwd": ROOT, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    processes: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> subprocess.Popen[str]:
        process: subprocess.Popen[str] = subprocess.Popen([*start, *arguments], **pipes)  # type: ignore[call-overload]
        processes.append(process)
        return process

    def line(process: subprocess.Popen[str]) -> str:
        assert process.stdout
        return process.stdout.readline().rstrip("\n")

    def say(process: subprocess.Popen[str], text: str) -> None:
        assert process.stdin
        process.stdin.write(f"{text}\n")
        process.stdin.flush()

    try:
        port = line(run("serve", "threaded", "--port", "0")).rsplit(":", 1)[1]
        anna = run("join", "--style", style, "--name", "Анна", "--port", port)
        assert line(anna).startswith("Добро пожаловать, Анна!")
        boris = run("join", "--style", style, "--name", "Борис", "--port", port)
        assert line(boris).startswith("Добро пожаловать, Борис!")
        say(boris, "привет")
        say(anna, "и тебе")
        assert line(anna) == "Борис теперь с нами"
        say(anna, "пока")
        assert line(anna) == "Борис: привет"
        assert line(boris) == "Анна: и тебе"
        for process in (boris, anna):
            assert process.stdin
            process.stdin.close()  # both first: the blocking client looks at its keyboard only after the other has spoken, or left
            process.stdin = None
        for process in (boris, anna):
            process.communicate(timeout=DEADLINE)
            assert process.returncode == 0
    finally:
        for process in processes:
            process.kill()
            process.communicate(timeout=DEADLINE)
