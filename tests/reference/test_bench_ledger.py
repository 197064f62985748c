"""The load's own honesty: what was not heard as it was said is noticed, however it was cut, and nothing right is called wrong."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from reference.bench.ledger import Ledger
from reference.bench.speech import UnspeakableError, of_dialect, of_irc, text_of
from reference.dialect import KNOWN, Dialect
from reference.framing import reads_lines
from reference.room import Room, Send

SIZE = 40
LINES = of_dialect(KNOWN["lines"], "lines")
NAMES = ["ab0001", "ab0002", "ab0003", "ab0004"]


def line(author: int, number: int, name: str = "") -> bytes:
    return f"{name or NAMES[author]}: ".encode() + text_of(author, number, SIZE) + b"\n"


class Talk:
    """Four guests, two of whom have said ten lines each; what each has to hear."""

    def __init__(self, listeners: int = 2) -> None:
        self.ledger = Ledger(LINES, NAMES, listeners, SIZE)
        self.order = [(author, self.ledger.speak(author)[0]) for _ in range(10) for author in (2, 3)]
        self.due = [[line(*key) for key in self.order if key[0] != guest] for guest in range(4)]

    def hear(self, size: int = 1_000_000) -> None:
        """Everybody is given his bytes in pieces of this size."""
        streams = [b"".join(lines) for lines in self.due]
        for start in range(0, max(map(len, streams)), size):
            for guest, stream in enumerate(streams):
                if stream[start : start + size]:
                    self.ledger.hear(guest, stream[start : start + size])
        self.done = list(self.ledger.completed())
        self.ledger.close()

    def figures(self) -> tuple[int, int, int, int, int]:
        ledger = self.ledger
        return ledger.deliveries, ledger.lost, ledger.duplicated, ledger.torn, ledger.misattributed


@pytest.mark.parametrize("size", [1_000_000, 57, 1])
@pytest.mark.parametrize("listeners", [0, 2])
def test_all_that_is_heard_is_counted(size: int, listeners: int) -> None:
    talk = Talk(listeners)
    talk.hear(size)
    assert talk.figures() == (60, 0, 0, 0, 0)
    assert sorted(talk.done) == sorted(talk.order)


@pytest.mark.parametrize("guest", range(4))
def test_a_lost_line_is_noticed(guest: int) -> None:
    talk = Talk()
    del talk.due[guest][4]
    talk.hear()
    assert talk.figures() == (59, 1, 0, 0, 0)
    assert len(talk.done) < 20


@pytest.mark.parametrize("guest", range(4))
def test_a_line_that_comes_twice_is_noticed(guest: int) -> None:
    talk = Talk()
    talk.due[guest].insert(7, talk.due[guest][2])
    talk.hear()
    assert talk.figures() == (60, 0, 1, 0, 0)


@pytest.mark.parametrize("guest", range(4))
def test_a_line_with_the_name_of_somebody_else_is_no_delivery(guest: int) -> None:
    talk = Talk()
    there = talk.due[guest]
    there[3] = there[3].replace(there[3][:6], NAMES[0].encode())
    talk.hear()
    assert talk.figures() == (59, 1, 0, 0, 1)


def test_a_wrong_name_is_noticed_even_if_all_hear_the_same() -> None:
    talk = Talk()
    for there in talk.due:
        there[:] = [heard.replace(b"ab0003", b"ab0004") for heard in there]
    talk.hear()
    assert talk.figures() == (30, 30, 0, 0, 30)


@pytest.mark.parametrize(
    "tear",
    [
        lambda heard: heard[:-9] + b"\n",
        lambda heard: heard[3:],
        lambda heard: heard[:-1] + b"x\n",
        lambda heard: heard.replace(b"xx", b"xy", 1),
    ],
    ids=["end", "beginning", "longer", "changed"],
)
def test_a_torn_line_is_no_delivery(tear) -> None:  # type: ignore[no-untyped-def]
    talk = Talk()
    talk.due[1][5] = tear(talk.due[1][5])
    talk.hear()
    assert talk.figures() == (59, 1, 0, 1, 0)


def test_a_line_nobody_has_said_is_no_delivery() -> None:
    talk = Talk()
    talk.due[0].append(line(2, 10))
    talk.due[0].append(line(1, 0))
    talk.hear()
    assert talk.figures() == (60, 0, 0, 2, 0)


def test_ones_own_line_is_not_to_come_back_without_echo() -> None:
    talk = Talk()
    talk.due[2].append(line(2, 0))
    talk.hear()
    assert talk.figures() == (60, 0, 1, 0, 0)


def test_an_unfinished_line_is_not_heard_yet() -> None:
    talk = Talk()
    talk.due[0][-1] = talk.due[0][-1][:-1]
    talk.hear()
    assert talk.figures() == (59, 1, 0, 0, 0)


def test_notices_are_none_of_our_lines() -> None:
    talk = Talk()
    for there in talk.due:
        there.insert(5, "Вера теперь с нами\n".encode())
    talk.due[1].insert(0, b"hello\n")
    talk.hear(13)
    assert talk.figures() == (60, 0, 0, 0, 0)
    assert talk.ledger.notices == 5


def test_guests_may_hear_the_lines_in_different_order() -> None:
    dice = random.Random(1)
    talk = Talk()
    for there in talk.due:
        dice.shuffle(there)
    talk.hear(31)
    assert talk.figures() == (60, 0, 0, 0, 0)
    assert len(talk.done) == 20


def test_who_is_hung_up_on_holds_up_nobody() -> None:
    talk = Talk()
    talk.ledger.gone(0)
    talk.due[0] = talk.due[0][:3]
    talk.hear()
    assert talk.figures() == (43, 17, 0, 0, 0)
    assert len(talk.done) == 20


def test_a_flood_without_a_newline_is_not_kept() -> None:
    ledger = Ledger(LINES, NAMES, 0, SIZE)
    for _ in range(40):
        ledger.hear(0, b"z" * 65_536)
    assert ledger.torn == 2
    assert len(ledger._rest[0]) < 1_100_000


@pytest.mark.parametrize("seed", range(40))
def test_any_damage_is_counted_as_somebody_would_by_hand(seed: int) -> None:
    dice = random.Random(seed)
    talk = Talk(dice.choice((0, 2)))
    good = 0
    for guest, there in enumerate(talk.due):
        for _ in range(dice.randrange(4)):
            where = dice.randrange(len(there))
            damage = dice.randrange(4)
            if damage == 0:
                del there[where]
            elif damage == 1:
                there.insert(dice.randrange(len(there)), there[where])
            elif damage == 2:
                there[where] = b"\xff" + there[where]
            else:
                there.insert(where, b"notice\n")
        good += len({heard for heard in there if heard in {line(*key) for key in talk.order if key[0] != guest}})
    talk.hear(dice.choice((1, 10, 100, 10_000)))
    assert talk.ledger.deliveries == good
    assert talk.ledger.lost == 60 - good


# -- how the load speaks


SPOKEN = {**KNOWN, "lines-in": replace(KNOWN["lines"], framing="lines-in"), "lines-in, raw": replace(KNOWN["raw-echo"], framing="lines-in")}


@pytest.mark.parametrize("name", SPOKEN)
def test_what_a_room_makes_of_our_lines_is_known_again(name: str) -> None:
    dialect = SPOKEN[name]
    speech = of_dialect(dialect, name)
    assert speech.one_at_a_time != reads_lines(dialect.framing)
    room: Room[int] = Room(dialect)
    for guest in range(3):
        room.enter(guest)
        if dialect.named_by != "nobody":
            room.hear(guest, NAMES[guest].encode() + (b"\n" if reads_lines(dialect.framing) else b""))
    ledger = Ledger(speech, NAMES[:3], 0, SIZE)
    for _ in range(3):
        for author in range(3):
            for action in room.hear(author, ledger.speak(author)[1]):
                assert isinstance(action, Send)
                for guest in action.recipients:
                    ledger.hear(guest, action.data)
    assert ledger.lost == 0
    assert ledger.deliveries == (27 if dialect.echo else 18)
    assert (ledger.duplicated, ledger.torn, ledger.misattributed, ledger.notices) == (0, 0, 0, 0)


def test_a_label_with_the_port_of_somebody_else_is_noticed() -> None:
    speech = of_dialect(Dialect(named_by="nobody", author="label", relay="[{time}] {host}:{port} {text}", framing="lines"), "x")
    ledger = Ledger(speech, NAMES[:2], 0, SIZE, [1001, 1002])
    ledger.speak(0)
    ledger.hear(1, b"[12:30] 127.0.0.1:1002 " + text_of(0, 0, SIZE) + b"\n")
    assert (ledger.misattributed, ledger.deliveries) == (1, 0)
    ledger.hear(1, b"[12:30] 127.0.0.1:1001 " + text_of(0, 0, SIZE) + b"\n")
    assert (ledger.misattributed, ledger.deliveries) == (1, 1)


def test_irc_is_spoken() -> None:
    speech = of_irc()
    guest = speech.enter("ab0001")
    assert guest.begin() == b"NICK ab0001\r\nUSER ab0001 0 * :ab0001\r\n"
    assert guest.heard(b":srv 001 ab0001 :Welc") == b""
    assert guest.heard(b"ome\r\nPING :x\r\n") == b"JOIN #chat\r\nPONG :x\r\n"
    assert not guest.ready
    guest.heard(b":srv 366 ab0001 #chat :End of NAMES list\r\n")
    assert guest.ready
    ledger = Ledger(speech, NAMES[:2], 0, SIZE)
    assert ledger.speak(0)[1] == b"PRIVMSG #chat :" + text_of(0, 0, SIZE) + b"\r\n"
    assert ledger.hear(1, b":ab0001!~a@localhost PRIVMSG #chat :" + text_of(0, 0, SIZE) + b"\r\nPING :srv\r\n") == b"PONG :srv\r\n"
    assert (ledger.deliveries, ledger.lost) == (1, 0)


@pytest.mark.parametrize("change", [{"transport": "udp"}, {"framing": "length-4"}, {"framing": "json"}, {"relay": "{name}"}])
def test_what_the_load_cannot_speak_it_refuses(change: dict[str, str]) -> None:
    with pytest.raises(UnspeakableError):
        of_dialect(replace(KNOWN["first-message"], **change), "x")  # type: ignore[arg-type]
