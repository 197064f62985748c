"""The parts of the sandbox that need no namespace: paths, cutting, dumps, the portable floor, the doctor."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from grading.sandbox import SandboxError, open_sandbox, opening, output, prefix, tracebacks
from grading.sandbox.doctor import examine
from grading.sandbox.floor import PortableFloor
from grading.sandbox.model import Limits

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX")


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "", "C:/x", "a\\..\\x", "a\0b", "."])
def test_unsafe_paths_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="unsafe"):
        open_sandbox({path: b""}, isolation="floor")


def test_an_unknown_tier_is_refused() -> None:
    with pytest.raises(ValueError, match="docker"):
        open_sandbox({}, isolation="docker")


def test_auto_takes_the_floor_when_nothing_better_ever_worked(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise SandboxError("no bubblewrap")

    monkeypatch.setattr(opening, "_bubblewrap", broken)
    monkeypatch.setattr(opening, "_worked", set())
    with open_sandbox({}) as box:
        assert box.tier == "floor"
        assert box.not_protected
    with pytest.raises(SandboxError):
        open_sandbox({}, isolation="require:bubblewrap")
    monkeypatch.setattr(opening, "_worked", {"bubblewrap"})
    with pytest.raises(SandboxError):
        open_sandbox({})


@pytest.mark.parametrize("total", [0, 1, output.HEAD, output.HEAD + output.TAIL, output.HEAD + output.TAIL + 1, 5_000_000])
@pytest.mark.parametrize("chunk", [65536, 100_000])
def test_cut_keeps_both_ends(total: int, chunk: int) -> None:
    cut = output.Cut()
    data = bytes(index * 7 % 251 for index in range(total))
    for start in range(0, total, chunk):
        cut.add(data[start : start + chunk])
    text = cut.text()
    assert cut.total == total
    if total <= output.HEAD + output.TAIL:
        assert text == data
    else:
        missing = total - output.HEAD - output.TAIL
        assert text == data[: output.HEAD] + f"\n[... вырезано байтов: {missing} ...]\n".encode() + data[-output.TAIL :]


def test_dumps_are_parsed_as_hostile_text() -> None:
    dump = b'Stack (most recent call first):\n  File "/lab/\\u0441.py", line 7 in f\n  File "x", line 99999999 in f\n\xff\x1b[31m\n'
    assert tracebacks.parse(dump + b'  File "a", line 3 in <module>\n') == [("/lab/с.py", 7, "f"), ("a", 3, "<module>")]
    assert tracebacks.parse(b'  File "a\\Uffffffff", line 3 in x\n') == [("a\\Uffffffff", 3, "x")]


def test_the_kit_and_installed_packages_are_hidden_where_they_would_be_seen() -> None:
    hidden = prefix.hidden_folders()
    for entry in sys.path:
        if entry.endswith("site-packages") and any(os.path.realpath(entry).startswith(f"{root}/") for root in prefix.roots()):
            assert any(os.path.realpath(entry).startswith(str(folder.resolve())) for folder in hidden)


@pytest.fixture
def floor() -> Iterator[PortableFloor]:
    files = {
        "server.py": b"import sys; print('hi', input()); sys.exit(3)",
        "tree.py": b"import os, time\nos.fork()\nos.setsid() if os.getpid() != os.getsid(0) else 0\nprint('ready')\ntime.sleep(60)",
        "flood.py": b"import os\nwhile True: os.write(1, b'x' * 65536)",
        "interrupted.py": b"import time; print('ready'); time.sleep(60)",
    }
    with PortableFloor(files, Limits()) as box:
        yield box


@posix
def test_the_portable_floor_runs_a_program(floor: PortableFloor) -> None:
    process = floor.start(["server.py"])
    assert process.wait(time.monotonic() + 0.01) is None
    os.write(process.stdin, b"there\n")
    assert process.wait(time.monotonic() + 10) == 3
    assert process.output() == process.stdout_so_far() == b"hi there\n"
    assert floor.pids() == []
    assert not process.flooded
    assert process.tracebacks() == []


@posix
def test_the_portable_floor_kills_a_tree(floor: PortableFloor) -> None:
    process = floor.start(["tree.py"])
    while process.output().count(b"ready\n") < 2:
        assert process.wait(time.monotonic() + 0.005) is None
    assert len(floor.pids()) == 2
    process.kill()
    assert process.wait(time.monotonic() + 10) == -signal.SIGKILL
    assert floor.pids() == []


@posix
def test_the_portable_floor_signals(floor: PortableFloor) -> None:
    process = floor.start(["interrupted.py"])
    while b"ready" not in process.output():
        assert process.wait(time.monotonic() + 0.005) is None
    process.signal(signal.SIGINT)
    assert process.wait(time.monotonic() + 10) == -signal.SIGINT


@posix
def test_the_portable_floor_stops_a_flood(floor: PortableFloor) -> None:
    process = floor.start(["flood.py"])
    assert process.wait(time.monotonic() + 20) == -signal.SIGKILL
    assert process.flooded


def test_the_doctor_answers_everywhere() -> None:
    layers = examine()
    assert layers[0].name == "bubblewrap"
    assert layers[0].works or layers[0].remedy
    assert layers[-1].works, layers
    assert all(layer.detail for layer in layers)
