"""The rules of the chat, without any socket: whole transcripts against literal lists."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference.dialect import KNOWN, Dialect
from reference.framing import PLAIN, reads_lines
from reference.room import FULL, LONGEST_NAME, MOST_TRIES, MOST_WAITING, NO_NAME, NOT_YOUR_TURN, TOO_LONG, Action, Hangup, Room, Send

LINES = Dialect(
    prompt="кто?",
    named_by="prompt",
    welcome="привет, {name}",
    joined="+{name}",
    left="-{name}",
    quit="пока",
    framing="lines",
)
RAW = KNOWN["raw"]
ALTERNATE = replace(RAW, turns="alternate")


class Hall:
    """A room whose guests write down what they are told. Each entry of the transcript is "guest< text" or "guest x" (hung up)."""

    def __init__(self, dialect: Dialect, seats: int | None = None) -> None:
        self.room: Room[str] = Room(dialect, seats, clock=lambda: datetime(2024, 5, 9, 12, 30))
        self.transcript: list[str] = []

    def do(self, actions: Iterable[Action[str]]) -> None:
        for action in actions:
            if isinstance(action, Send):
                text = action.data.decode().removesuffix("\n")
                self.transcript += [f"{guest}< {text}" for guest in action.recipients]
            else:
                self.transcript.append(f"{action.guest} x")

    def enter(self, *guests: str) -> None:
        for guest in guests:
            self.do(self.room.enter(guest, ("10.0.0.7", 5000)))

    def say(self, guest: str, text: str) -> None:
        self.do(self.room.hear(guest, text.encode()))

    def leave(self, guest: str) -> None:
        self.do(self.room.leave(guest))

    def news(self) -> list[str]:
        """What has happened since the last look."""
        news, self.transcript = self.transcript, []
        return news


def trio(dialect: Dialect = LINES) -> Hall:
    """A hall with three people inside, all news read."""
    hall = Hall(dialect)
    hall.enter("a", "b", "c")
    if dialect.named_by != "nobody":
        for guest, name in (("a", "Анна"), ("b", "Борис"), ("c", "Вера")):
            hall.say(guest, name + ("\n" if reads_lines(dialect.framing) else ""))
    hall.news()
    return hall


# -- coming in


def test_a_newcomer_is_asked_welcomed_and_announced() -> None:
    hall = Hall(LINES)
    hall.enter("a", "b")
    hall.say("a", "Анна\n")
    hall.say("b", "  Борис  Б.\r\n")
    assert hall.news() == ["a< кто?", "b< кто?", "a< привет, Анна", "b< привет, Борис Б.", "a< +Борис Б."]


def test_who_has_no_name_hears_nothing_and_is_not_heard() -> None:
    hall = trio()
    hall.enter("d")
    hall.say("d", "Да")
    hall.say("a", "раз\n")
    hall.leave("d")
    assert hall.news() == ["d< кто?", "b< Анна: раз", "c< Анна: раз", "d x"]


def test_the_first_message_is_the_name_and_the_next_a_text() -> None:
    hall = trio(KNOWN["first-message"])
    hall.say("a", "раз")
    assert hall.news() == ["b< Анна: раз", "c< Анна: раз"]


def test_where_nobody_has_a_name_one_is_inside_at_once() -> None:
    hall = Hall(replace(RAW, joined="+{host}:{port}", welcome="ты {name}"))
    hall.enter("a", "b")
    assert hall.news() == ["a< ты 10.0.0.7:5000", "b< ты 10.0.0.7:5000", "a< +10.0.0.7:5000"]


def test_an_empty_name_is_asked_for_again_but_not_for_ever() -> None:
    hall = Hall(LINES)
    hall.enter("a")
    for _ in range(MOST_TRIES):
        hall.say("a", " \n")
    assert hall.news() == ["a< кто?"] * MOST_TRIES + [f"a< {NO_NAME}", "a x"]


def test_a_taken_name_gets_a_number() -> None:
    hall = trio()
    hall.enter("d", "e")
    hall.say("d", "Анна\n")
    hall.say("e", "Анна\nэто я\n")
    assert [line for line in hall.news() if line.startswith(("a<", "d< п", "e< п"))] == [
        "d< привет, Анна (2)",
        "a< +Анна (2)",
        "e< привет, Анна (3)",
        "a< +Анна (3)",
        "a< Анна (3): это я",
    ]


def test_a_name_is_short_and_cannot_move_the_cursor() -> None:
    hall = Hall(LINES)
    hall.enter("a", "b")
    hall.say("a", "\x1b[2JА" + "н" * 100 + "\n")
    name = ("[2JА" + "н" * 100)[:LONGEST_NAME]
    assert hall.news()[2:] == [f"a< привет, {name}"]


def test_one_too_many_is_refused_and_a_seat_becomes_free() -> None:
    hall = Hall(RAW, seats=1)
    hall.enter("a", "b")
    hall.say("b", "впустите")
    hall.leave("a")
    hall.enter("b")
    assert hall.news() == [f"b< {FULL}", "b x", "a x"]


def test_entering_twice_changes_nothing() -> None:
    hall = trio()
    hall.enter("a")
    hall.say("a", "раз\n")
    assert hall.news() == ["b< Анна: раз", "c< Анна: раз"]


# -- talking


@pytest.mark.parametrize("size", [1, 2, 3, 10, 1000])
def test_pieces_of_any_size_make_the_same_conversation(size: int) -> None:
    hall = trio()
    data = "привет\nкак дела?\n".encode()
    for start in range(0, len(data), size):
        hall.do(hall.room.hear("a", data[start : start + size]))
    assert hall.news() == ["b< Анна: привет", "c< Анна: привет", "b< Анна: как дела?", "c< Анна: как дела?"]


def test_one_send_for_the_same_bytes() -> None:
    hall = trio()
    (action,) = hall.room.hear("a", "раз\n".encode())
    assert action == Send(("b", "c"), "Анна: раз\n".encode())


def test_an_echo_goes_in_the_same_send() -> None:
    hall = trio(replace(RAW, echo=True))
    (action,) = hall.room.hear("b", b"one")
    assert isinstance(action, Send)
    assert sorted(action.recipients) == ["a", "b", "c"]


def test_a_label_can_show_address_and_clock() -> None:
    hall = trio(replace(RAW, author="label", relay="{date} {time} ('{host}', {port}) {name}{x}: {text}"))
    hall.say("a", "{name} {x}")
    assert hall.news()[0] == "b< 09.05.2024 12:30 ('10.0.0.7', 5000) 10.0.0.7:5000{x}: {name} {x}"


@pytest.mark.parametrize("author", ["client", "nobody", "unknown"])
def test_where_the_client_writes_the_author_the_text_goes_as_it_is(author: str) -> None:
    hall = trio(replace(LINES, author=author))  # type: ignore[arg-type]
    hall.say("a", "Анна: раз \n")
    assert hall.news() == ["b< Анна: раз ", "c< Анна: раз "]


def test_an_empty_message_says_nothing() -> None:
    hall = trio()
    hall.say("a", "\n   \n\t\r\n")
    assert hall.news() == []


def test_a_raw_relay_passes_on_blanks_for_they_are_a_part_of_something() -> None:
    hall = trio(RAW)
    for piece in ("раз", " ", "два"):
        hall.say("a", piece)
    assert [line for line in hall.news() if line.startswith("b")] == ["b< раз", "b<  ", "b< два"]


def test_a_message_without_end_ends_the_session_of_its_author() -> None:
    hall = trio()
    hall.say("a", "раз\n" + "я" * 100_000)
    assert hall.news() == ["b< Анна: раз", "c< Анна: раз", f"a< {TOO_LONG}", "b< -Анна", "c< -Анна", "a x"]


# -- leaving


def test_who_leaves_is_announced_once() -> None:
    hall = trio()
    hall.leave("a")
    hall.leave("a")
    hall.do(hall.room.hear("a", b""))
    assert hall.news() == ["b< -Анна", "c< -Анна", "a x"]


def test_no_bytes_are_the_end_of_a_guest() -> None:
    hall = trio()
    hall.do(hall.room.hear("a", b""))
    assert hall.news() == ["b< -Анна", "c< -Анна", "a x"]


def test_the_quit_word_ends_a_session_and_what_follows_is_not_heard() -> None:
    hall = trio()
    hall.say("a", "раз\n ПОКА \nдва\n")
    hall.say("a", "три\n")
    assert hall.news() == ["b< Анна: раз", "c< Анна: раз", "b< -Анна", "c< -Анна", "a x"]


def test_a_last_line_without_newline_is_heard() -> None:
    hall = trio()
    hall.say("a", "раз")
    hall.leave("a")
    assert hall.news() == ["b< Анна: раз", "c< Анна: раз", "b< -Анна", "c< -Анна", "a x"]


def test_strangers_are_ignored() -> None:
    hall = trio()
    hall.say("stranger", "раз\n")
    hall.leave("stranger")
    assert hall.news() == []


def test_a_bad_encoding_is_said_before_the_first_guest() -> None:
    with pytest.raises(ValueError, match="utf-16"):
        Room(replace(LINES, encoding="utf-16"))


# -- taking turns


def test_in_turn_the_first_one_speaks_first_and_words_wait() -> None:
    hall = Hall(ALTERNATE, seats=2)
    hall.enter("a", "b")
    for guest, text in (("b", "б1"), ("b", "б2"), ("a", "а1"), ("a", "а2"), ("a", "а3")):
        hall.say(guest, text)
    assert hall.news() == ["b< а1", "a< б1", "b< а2", "a< б2", "b< а3"]


def test_words_to_an_empty_room_wait_for_the_second() -> None:
    hall = Hall(ALTERNATE, seats=2)
    hall.enter("a")
    hall.say("a", "есть кто?")
    assert hall.news() == []
    hall.enter("b")
    assert hall.news() == ["b< есть кто?"]


def test_who_leaves_has_said_what_waited_and_the_turn_goes_on() -> None:
    hall = Hall(replace(ALTERNATE, left="-{name}"))
    hall.enter("a", "b", "c")
    for guest, text in (("b", "б1"), ("b", "б2"), ("c", "в1")):
        hall.say(guest, text)
    hall.leave("a")
    assert hall.news() == ["b< -10.0.0.7:5000", "c< -10.0.0.7:5000", "a x", "c< б1", "b< в1", "c< б2"]
    hall.say("b", "б3")
    hall.leave("b")
    assert hall.news() == ["c< б3", "c< -10.0.0.7:5000", "b x"]


def test_only_so_many_words_wait() -> None:
    hall = Hall(ALTERNATE)
    hall.enter("a", "b")
    for number in range(MOST_WAITING + 1):
        hall.say("b", str(number))
    assert hall.news() == [f"b< {NOT_YOUR_TURN}"]


def test_a_room_tells_whom_to_listen_to() -> None:
    hall = Hall(replace(LINES, turns="alternate"))
    awaited = [hall.room.awaited()]
    hall.enter("a", "b")
    for guest, text in (("a", "Анна\n"), ("b", "Борис"), ("b", "\n"), ("a", "раз\n"), ("b", "два\n")):
        awaited.append(hall.room.awaited())
        hall.say(guest, text)
    assert awaited == [None, "a", "b", "b", "a", "b"]


# -- whatever happens

BYTES = st.one_of(st.binary(), st.sampled_from([b"q\n", b"q", b"\n", b"x" * 70_000, "я\n".encode() * 3]))
GUESTS = st.sampled_from([0, 1, "two", ("three",)])
CALLS = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), GUESTS, st.sampled_from([(), ("h",), ("::1", 5, 0, 0), (None, None)])),
        st.tuples(st.just("hear"), GUESTS, BYTES),
        st.tuples(st.just("leave"), GUESTS, st.none()),
    ),
    max_size=60,
)
TEMPLATES = st.sampled_from(["", "{name}: {text}", "{text}", "{", "{0}{x}", "{time}{date}{host}{port}", "{text.__class__}"])
DIALECTS = st.one_of(
    st.sampled_from(list(KNOWN.values())),
    st.builds(
        Dialect,
        prompt=TEMPLATES,
        named_by=st.sampled_from(["prompt", "first-message", "nobody"]),
        author=st.sampled_from(["server", "label", "client", "nobody", "unknown"]),
        relay=TEMPLATES,
        echo=st.booleans(),
        welcome=TEMPLATES,
        joined=TEMPLATES,
        left=TEMPLATES,
        quit=st.sampled_from(["", "q", " "]),
        framing=st.sampled_from([*PLAIN, "json", "length"]),
        turns=st.sampled_from(["free", "alternate"]),
        encoding=st.sampled_from(["utf-8", "ascii", "cp1251", "utf-7"]),
    ),
)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(DIALECTS, st.one_of(st.none(), st.integers(0, 3)), CALLS)
def test_a_room_never_raises_and_never_speaks_to_who_is_gone(
    dialect: Dialect, seats: int | None, calls: list[tuple[str, Hashable, tuple[object, ...] | bytes | None]]
) -> None:
    room: Room[Hashable] = Room(dialect, seats)
    here: set[Hashable] = set()
    for verb, guest, argument in calls:
        actions = []
        if isinstance(argument, tuple):
            actions = room.enter(guest, argument)
            here.add(guest)
        elif isinstance(argument, bytes):
            actions = room.hear(guest, argument)
        else:
            actions = room.leave(guest)
        for action in actions:
            if isinstance(action, Send):
                assert action.data
                assert set(action.recipients) <= here
                assert len(set(action.recipients)) == len(action.recipients) > 0
            else:
                here.remove(action.guest)
        if verb == "leave" or argument == b"":
            assert guest not in here
        assert room.awaited() in here | {None}


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.sampled_from(["free", "alternate"]),
    st.booleans(),
    st.lists(st.sampled_from("abc"), max_size=40),
    st.integers(1, 40),
)
def test_every_text_reaches_everybody_else_once_in_order(turns: str, echo: bool, speakers: list[str], size: int) -> None:
    """Everybody speaks, in pieces of `size` bytes, then all but one leave: what waited for its turn is then said."""
    room: Room[str] = Room(replace(KNOWN["lines"], turns=turns, echo=echo, prompt="?", welcome="", joined="", left=""))  # type: ignore[arg-type]
    heard: dict[str, str] = {"a": "", "b": "", "c": "", "listener": ""}

    def do(actions: Iterable[Action[str]]) -> None:
        for action in actions:
            if isinstance(action, Send):
                for guest in action.recipients:
                    heard[guest] += action.data.decode()
            else:
                assert isinstance(action, Hangup)

    for guest in heard:
        do(room.enter(guest))
        do(room.hear(guest, f"{guest}\n".encode()))
    said: dict[str, list[str]] = {"a": [], "b": [], "c": []}
    for number, guest in enumerate(speakers):
        said[guest].append(f"{guest}: слово {number}")
        data = f"слово {number}\n".encode()
        for start in range(0, len(data), size):
            do(room.hear(guest, data[start : start + size]))
    still_here = ["a", "b", "c"] if turns == "free" else []
    for guest in said:
        do(room.leave(guest))
    for hearer in (*still_here, "listener"):
        for guest, texts in said.items():
            got = [line for line in heard[hearer].splitlines() if line.startswith(f"{guest}: ")]
            assert got == ([] if hearer == guest and not echo else texts)
