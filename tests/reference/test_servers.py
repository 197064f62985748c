"""The contract of all servers, whatever their way of waiting: real processes, real loopback sockets, every wait with a deadline.

A new style is one more word in STYLES (and in CROWDS, if more than two can talk at once).
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from reference.journal import STOPPED
from reference.room import FULL, GOODBYE
from tests.reference.places import CROWDS, DEADLINE, LINES, STYLES, Guest, Place, Server


@pytest.fixture(params=STYLES)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    place = Place(Server(request.param))
    yield place
    place.close()


@pytest.fixture(params=CROWDS)
def crowd(request: pytest.FixtureRequest) -> Iterator[Place]:
    place = Place(Server(request.param))
    yield place
    place.close()


# -- all styles


@pytest.mark.parametrize("size", [1_000_000, 5, 1], ids=["whole", "pieces", "byte by byte"])
def test_two_users_talk_in_turn(place: Place, size: int) -> None:
    anna, boris = place.pair()
    for number in range(3):
        anna.say(f"привет {number} 🙂", size)
        assert boris.hear() == f"Анна: привет {number} 🙂"
        boris.say(f"и тебе {number}", size)
        assert anna.hear() == f"Борис: и тебе {number}"


def test_many_lines_in_one_chunk_all_arrive_in_order(place: Place) -> None:
    anna, boris = place.pair()
    anna.say("\n".join(map(str, range(100))))
    boris.say("\n".join(map(str, range(100))))
    assert [boris.hear() for _ in range(100)] == [f"Анна: {number}" for number in range(100)]
    assert [anna.hear() for _ in range(100)] == [f"Борис: {number}" for number in range(100)]


@pytest.mark.parametrize("how", ["close", "quit", "vanish", "half"])
def test_who_leaves_is_announced_and_the_next_are_served(place: Place, how: str) -> None:
    anna, boris = place.pair()
    if how == "quit":
        anna.say(LINES.quit)
        assert anna.hear() is None
    elif how == "half":
        anna.say("пока")
        anna.socket.shutdown(socket.SHUT_WR)
        assert boris.hear() == "Анна: пока"
        if place.server.process.args[4] == "blocking":  # type: ignore[index]
            boris.say("и тебе")  # it is his turn, and the server waits for him alone
            assert anna.hear() == "Борис: и тебе"
        assert anna.hear() is None
    elif how == "vanish":
        anna.vanish()
    else:
        anna.close()
    assert boris.hear() == LINES.left.replace("{name}", "Анна")
    anna.close()
    boris.close()
    vera, grigory = place.pair()
    vera.say("снова")
    assert grigory.hear() == "Анна: снова"


def test_a_long_cyrillic_text_is_intact(place: Place) -> None:
    anna, boris = place.pair()
    anna.say("a" + "привет" * 1000)
    assert boris.hear() == "Анна: a" + "привет" * 1000


def test_broken_utf8_harms_nobody(place: Place) -> None:
    anna, boris = place.pair()
    anna.socket.sendall(b"\xff\xfe\n")
    assert boris.hear() == "Анна: \ufffd\ufffd"
    boris.say("что?")
    assert anna.hear() == "Борис: что?"


def test_ctrl_c_ends_with_people_in_the_room_and_the_port_is_free_again(place: Place) -> None:
    anna, boris = place.pair()
    code, complaints = place.server.interrupt()
    assert code == 130
    lines = complaints.splitlines()
    assert [line.split(" ", 2)[2] for line in lines[-2:]] == [f"{name} {STOPPED}" for name in ("Анна", "Борис")]
    assert "Traceback" not in complaints
    assert [anna.hear(), anna.hear()] == [boris.hear(), boris.hear()] == [GOODBYE, None]
    again = Server("threaded", port=place.server.port)
    again.close()


@pytest.mark.linux
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_nothing_spins_when_somebody_has_left(place: Place) -> None:
    anna, boris = place.pair()
    anna.close()
    assert boris.hear() == LINES.left.replace("{name}", "Анна")
    pid, until = place.server.process.pid, time.monotonic() + DEADLINE
    quiet, before = 0, ""
    while quiet < 50:  # looks in a row which find all threads asleep, and no CPU time spent since the look before
        assert time.monotonic() < until, before
        stats = []
        for path in sorted(Path(f"/proc/{pid}/task").glob("*/stat")):
            with suppress(OSError):  # a thread which has just ended
                stats.append(path.read_text().rsplit(")", 1)[1].split())
        now = str([(stat[0], stat[11], stat[12]) for stat in stats])
        quiet = quiet + 1 if now == before and all(stat[0] == "S" for stat in stats) else 0
        before = now


# -- where more than two can talk


def test_everybody_hears_everybody_else(crowd: Place) -> None:
    guests = [crowd.guest(f"гость{number}") for number in range(10)]
    for speaker in guests:
        speaker.say("это я")
        for hearer in guests:
            assert hearer is speaker or hearer.hear() == f"{speaker.name}: это я"


def test_who_talk_at_once_are_heard_by_all_in_the_same_order(crowd: Place) -> None:
    guests = [crowd.guest(f"гость{number}") for number in range(4)]
    listeners = [crowd.guest("первый слушатель"), crowd.guest("второй слушатель")]
    for number in range(50):
        for guest in guests:
            guest.say(str(number))
    first, second = ([listener.hear() for _ in range(200)] for listener in listeners)
    assert first == second
    for guest in guests:
        assert [line for line in first if line and line.startswith(f"{guest.name}:")] == [f"{guest.name}: {number}" for number in range(50)]


def test_a_silent_newcomer_delays_nobody(crowd: Place) -> None:
    crowd.guest()
    anna, boris = crowd.pair()
    anna.say("привет")
    assert boris.hear() == "Анна: привет"


def test_who_does_not_read_is_let_go_and_costs_the_others_nothing(crowd: Place) -> None:
    anna, boris = crowd.pair()
    crowd.guest("Вера", receive_buffer=4096)
    gone = LINES.left.replace("{name}", "Вера")
    text = "я" * 15_000
    for number in range(1000):  # 30 MB: the limit, and all the kernel may put between
        anna.say(f"{number} {text}")
        line = boris.hear()
        if line == gone:
            line = boris.hear()
            break
        assert line == f"Анна: {number} {text}"
    else:
        pytest.fail("she was never let go")
    assert anna.hear() == gone


@pytest.mark.parametrize("style", CROWDS)
def test_who_reads_late_gets_everything_in_order(style: str) -> None:
    """As long as it fits: 900 KB for a guest with tiny buffers wait in the server."""
    place = Place(Server(style, send_buffer=4096))
    try:
        anna, boris = place.pair()
        late = place.guest("Вера", receive_buffer=4096)
        texts = [f"{number} " + "я" * 15_000 for number in range(30)]
        for text in texts:
            anna.say(text)
            assert boris.hear() == f"Анна: {text}"
        assert [late.hear() for _ in texts] == [f"Анна: {text}" for text in texts]
        boris.say("ну что?")
        assert late.hear() == "Борис: ну что?"
    finally:
        place.close()


@pytest.mark.parametrize("style", CROWDS)
def test_one_too_many_is_refused_politely(style: str) -> None:
    place = Place(Server(style, "--seats", "2"))
    try:
        anna, boris = place.pair()
        third = place.guest()
        assert (third.hear(), third.hear()) == (FULL, None)
        anna.say("нас двое")
        assert boris.hear() == "Анна: нас двое"
        anna.close()
        assert boris.hear() == LINES.left.replace("{name}", "Анна")
        Guest(place.server, "Вера").close()
    finally:
        place.close()


@pytest.mark.skipif(sys.platform == "win32", reason="numbers of descriptors mean nothing there")
def test_select_says_no_before_a_descriptor_it_cannot_watch() -> None:
    resource = pytest.importorskip("resource")
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 1024:
        pytest.skip("so many descriptors are not allowed here")
    place = Place(Server("selecting", waste=1016))
    try:
        anna, boris = place.pair()
        while (someone := place.guest()).hear() == LINES.prompt:
            assert len(place.guests) < 20
        assert someone.hear() is None
        anna.say("тут тесно")
        assert boris.hear() == "Анна: тут тесно"
    finally:
        place.close()
