"""`chat serve` and `chat bench` as programs: how they end, where they listen."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from reference.room import GOODBYE
from tests.reference.places import CROWDS, DEADLINE, ROOT, STYLES, Place, Server

GONE_WITHIN = 2.0  # seconds from the signal; what chat serve promises


@pytest.fixture(params=STYLES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    place = Place(Server(request.param))
    yield place
    place.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_sigterm_says_goodbye_and_is_no_failure(place: Place) -> None:
    anna, boris = place.pair()
    code, complaints = place.server.interrupt(signal.SIGTERM)
    assert (code, "Traceback" in complaints) == (0, False)
    assert [anna.hear(), anna.hear()] == [boris.hear(), boris.hear()] == [GOODBYE, None]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
@pytest.mark.parametrize("style", CROWDS)
def test_it_ends_even_where_somebody_does_not_read(style: str) -> None:
    """The bound is the server's own clock, not ours: on a busy machine a process may end later, but it must not wait for him."""
    place = Place(Server(style, "--unsent", "100000000", send_buffer=4096))
    try:
        anna, boris, deaf = place.guest("Анна"), place.guest("Борис"), place.guest("Вера", receive_buffer=4096)
        for number in range(200):
            anna.say(f"{number} {'я' * 2000}")
            assert boris.hear() == f"Анна: {number} {'я' * 2000}"
        begun = time.monotonic()
        code, _ = place.server.interrupt(signal.SIGTERM)
        assert code == 0
        assert time.monotonic() - begun < GONE_WITHIN + DEADLINE / 2
        assert deaf.hear()
    finally:
        place.close()


@pytest.mark.parametrize("style", STYLES)
def test_a_server_that_only_reads_lines_puts_no_newline_after_its_own(style: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('[dialect]\nframing = "lines-in"\nwelcome = "Входите, {name}"\n', encoding="utf-8")
    place = Place(Server(style, "--dialect", str(file)))
    try:
        anna, boris = place.guest(), place.guest()
        for guest, name in ((anna, "Анна"), (boris, "Борис")):
            guest.say(name, size=3)
            assert guest.hear_just(f"Входите, {name}")
        for author, hearer, words in ((anna, boris, "Анна: раз"), (boris, anna, "Борис: два"), (anna, boris, "Анна: три")):
            author.say(words.partition(": ")[2])
            assert hearer.hear_just(words)
        code, _ = place.server.interrupt()
        assert code == 130
        assert [anna.rest_of_it(), boris.rest_of_it()] == [b"", b""]
    finally:
        place.close()


@pytest.mark.parametrize("style", STYLES)
def test_it_serves_over_ipv6(style: str) -> None:
    place = Place(Server(style, host="::1"))
    try:
        anna, boris = place.pair()
        anna.say("шестая версия")
        assert boris.hear() == "Анна: шестая версия"
    finally:
        place.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_a_bench_that_is_ended_ends_its_servers() -> None:
    command = [sys.executable, "-m", "reference", "bench", "threaded", "--load", "closed", "--guests", "4", "--seconds", "60"]
    bench = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + DEADLINE
        while not (servers := psutil.Process(bench.pid).children()):
            assert time.monotonic() < until
            assert bench.poll() is None
        bench.send_signal(signal.SIGTERM)
        _, complaints = bench.communicate(timeout=2 * DEADLINE)
        assert (bench.returncode, complaints) == (130, "")
        assert psutil.wait_procs(servers, DEADLINE)[1] == []
    finally:
        bench.kill()
        bench.wait()
