"""The stand-alone script of a conversation: what stands in it, and that it runs by itself against a chat."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from grading.replay import script
from grading.result import Event
from reference.dialect import KNOWN
from reference.room import Room
from reference.servers.threaded import serve

STORY = [
    Event(1.0, "Борис", "connects"),
    Event(1.1, "", "rests"),
    Event(1.2, "Вера", "connects"),
    Event(1.3, "", "rests"),
    Event(1.4, "Борис", "says", "привет «ё» \\ \"'".encode()),
    Event(1.5, "", "rests"),
    Event(1.6, "Вера", "hears", "привет «ё» \\ \"'".encode()),
    Event(1.7, "Борис", "vanishes"),
    Event(1.8, "", "rests"),
]


def made(
    events: list[Event], port: int = 9090, expected: str = "Вера слышит", actual: str = "ничего", *, transport: str = "tcp",
    repeatable: bool = True,
) -> str:  # fmt: skip
    server = SimpleNamespace(addresses=[(socket.AF_INET, ("127.0.0.1", port))])
    dialect = SimpleNamespace(transport=transport, framing="none", encoding="utf-8")
    chat = SimpleNamespace(transcript=SimpleNamespace(events=events, repeatable=repeatable), server=server, dialect=dialect)
    return script(chat, expected, actual)  # type: ignore[arg-type]


def values(text: str) -> dict[str, object]:
    """What is filled in, by name."""
    tree = ast.parse(text)
    known = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)}
    return {name: eval(ast.unparse(value)) for name, value in known.items()}


def test_the_conversation_stands_in_it() -> None:
    found = values(made(STORY))
    assert found["PORT"] == 9090
    assert found["EXPECTED"] == "Вера слышит"
    assert found["STEPS"] == [
        ("connects", "Борис", b""),
        ("rests", "", b""),
        ("connects", "Вера", b""),
        ("rests", "", b""),
        ("says", "Борис", "привет «ё» \\ \"'".encode()),
        ("hears", "Вера", "привет «ё» \\ \"'".encode()),
        ("vanishes", "Борис", b""),
    ]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\x00\x1b[31m", 'кавычка " и \\'.encode(), "\u202e\n\r\t".encode(), "😀".encode(), b'"""'])
def test_any_bytes_survive(data: bytes) -> None:
    steps = values(made([Event(0.0, "Борис", "says", data), Event(0.0, "Вера", "misses", data)]))["STEPS"]
    assert steps == [("says", "Борис", data), ("hears", "Вера", data)]


@pytest.mark.parametrize("hostile", ['"""\nimport os\n', "\\", '"', "\x1b[31m\udcff", "{text}\n# -- end of the conversation\n"])
def test_what_a_server_sent_is_only_text(hostile: str) -> None:
    found = values(made(STORY, actual=hostile).encode("utf-8", "surrogateescape").decode())
    assert "\x1b" not in str(found["ACTUAL"])
    assert len(str(found["ACTUAL"])) == len(hostile)


def test_a_port_the_kernel_chose_is_no_port_to_remember() -> None:
    assert values(made(STORY, port=40123))["PORT"] == 9090
    assert values(made(STORY, port=1234))["PORT"] == 1234


def test_without_anything_to_hear_there_is_no_script() -> None:
    assert made([Event(0.0, "Борис", "connects"), Event(0.0, "", "rests")]) == ""
    assert made(STORY) != ""
    assert made(STORY, repeatable=False) == ""
    assert made(STORY, transport="udp") == ""


def test_nothing_but_the_standard_library_is_imported() -> None:
    imported = {name.name for node in ast.walk(ast.parse(made(STORY))) if isinstance(node, ast.Import) for name in node.names}
    assert imported <= set(sys.stdlib_module_names)


@pytest.fixture
def port() -> Iterator[int]:
    """A right chat without names."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with suppress(OSError):  # the listener is closed in the end
            serve(listener, Room(KNOWN["raw"]))

    threading.Thread(target=run, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


@pytest.mark.parametrize(("heard", "code", "line"), [(b"", 0, "дошло один раз"), (b"?", 1, "Вера не слышит «ничего подобного»")])
def test_it_runs_by_itself(port: int, tmp_path: Path, heard: bytes, code: int, line: str) -> None:
    story = [*STORY, Event(1.9, "Вера", "misses", "ничего подобного".encode())] if heard else STORY
    file = tmp_path / "replay.py"
    file.write_text(made(story).replace("QUIET = 0.3", "QUIET = 0.05").replace("PATIENCE = 5.0", "PATIENCE = 1.0"), encoding="utf-8")
    command = [sys.executable, "-I", "-X", "utf8", str(file), "127.0.0.1", str(port)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=30, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Борис шлёт: «привет «ё»" in done.stdout
    assert "Вера получает: «привет «ё»" in done.stdout
    assert "Борис: связь обрывается" in done.stdout
    assert line in done.stdout


def test_without_a_server_it_says_so(tmp_path: Path) -> None:
    file = tmp_path / "replay.py"
    file.write_text(made(STORY), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-I", "-X", "utf8", str(file), "127.0.0.1", str(port)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=30, check=False)
    assert done.returncode == 1
    assert "Сервер запущен?" in done.stdout
