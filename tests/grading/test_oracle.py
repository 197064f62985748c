"""What came against what should have come: streams written by hand, and the Room compared with itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.history import Difference, differences
from grading.oracle import Oracle, Said, label_after, label_before, matched
from reference.dialect import KNOWN, Dialect
from reference.framing import PLAIN, frame, reads_lines
from reference.room import Room, Send

NAMED = Dialect(named_by="first-message", relay="{name}: {text}", joined="{name} вошёл", left="{name} ушёл")
RAW = KNOWN["raw"]


class Talk:
    """An oracle with guests who are called as they are named."""

    def __init__(self, dialect: Dialect = RAW, *guests: str) -> None:
        self.dialect, self.oracle = dialect, Oracle[str](dialect)
        for guest in guests:
            self.join(guest)

    def join(self, guest: str) -> None:
        self.oracle.enter(guest, ("127.0.0.1", 50001))
        if self.dialect.named_by != "nobody":
            self.oracle.hear(guest, self.framed(guest))

    def framed(self, text: str) -> bytes:
        return frame(text, "lines" if reads_lines(self.dialect.framing) else "none")

    def say(self, guest: str, text: str) -> Said[str]:
        return self.oracle.say(guest, text, text.encode(), self.framed(text))

    def compare(self, hearer: str, stream: str) -> list[tuple[str, str, int]]:
        found = list(differences(self.oracle, hearer, stream.encode()))
        assert all(isinstance(one, Difference) and one.hearer == hearer for one in found)
        return [(one.kind, one.said.text, one.times) for one in found]


def talk(dialect: Dialect = RAW) -> Talk:
    """Boris has said three things, Vera heard."""
    made = Talk(dialect, "boris", "vera")
    for text in ("один", "два", "три"):
        made.say("boris", text)
    return made


# -- what is wrong


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        ("одиндватри", []),
        ("одинтри", [("lost", "два", 0)]),
        ("", [("lost", "один", 0), ("lost", "два", 0), ("lost", "три", 0)]),
        ("одиндвадватри", [("duplicated", "два", 2)]),
        ("дваодинтри", [("reordered", "два", 1)]),
        ("тридваодин", [("reordered", "два", 1), ("reordered", "три", 1)]),
        ("одинд: ватри", [("lost", "два", 0)]),  # a label inside a text
        ("оди", [("lost", "один", 0), ("lost", "два", 0), ("lost", "три", 0)]),
        ("один\x00два\r\nтри", []),
    ],
)
def test_what_came_is_compared_text_by_text(stream: str, expected: list[tuple[str, str, int]]) -> None:
    assert talk().compare("vera", stream) == expected


def test_a_text_that_never_came_does_not_put_the_others_out_of_order() -> None:
    assert talk().compare("vera", "дватри") == [("lost", "один", 0)]


def test_order_counts_for_each_author_by_himself() -> None:
    made = Talk(RAW, "boris", "vera", "gleb")
    made.say("boris", "один")
    made.say("vera", "два")
    made.say("boris", "три")
    assert made.compare("gleb", "дваодинтри") == []
    assert made.compare("gleb", "триодиндва") == [("reordered", "три", 1)]


# -- what is free


@pytest.mark.parametrize(
    "stream",
    [
        "boris: одинboris: дваboris: три",
        "[12:30] 127.0.0.1:50001> один\n[12:31] 127.0.0.1:50001> два\n3. три\n",
        "Добро пожаловать!один<boris ушёл>два<кто-то пришёл>трипока",
        "один\rboris вошёл\rдватри" + "!" * 1000,
    ],
)
def test_labels_and_notices_are_free(stream: str) -> None:
    assert talk().compare("vera", stream) == []


@pytest.mark.parametrize("stream", ["", "один", "одиндватриодиндватри", "тридваодин"])
@pytest.mark.parametrize("echo", [False, True])
def test_the_authors_own_words_are_free(stream: str, echo: bool) -> None:
    made = talk(replace(RAW, echo=echo))
    assert made.compare("boris", stream) == []


def test_what_was_said_before_somebody_came_is_free() -> None:
    made = talk()
    made.join("gleb")
    assert made.compare("gleb", "") == []
    assert made.compare("gleb", "одиндватри") == []  # a server may show the history
    made.say("boris", "четыре")
    assert made.compare("gleb", "") == [("lost", "четыре", 0)]


def test_what_is_said_after_somebody_has_gone_is_not_due_to_him() -> None:
    made = Talk(RAW, "boris", "vera")
    made.say("boris", "один")
    made.oracle.leave("vera")
    made.say("boris", "два")
    assert made.compare("vera", "один") == []


def test_nobody_owes_anything_to_a_stranger() -> None:
    assert talk().compare("nobody", "") == []


def test_a_name_is_no_text() -> None:
    made = Talk(NAMED, "boris", "vera")
    assert made.oracle.said == []
    assert made.compare("vera", "") == []


def test_who_has_not_said_his_name_is_owed_nothing() -> None:
    made = Talk(NAMED, "boris")
    made.oracle.enter("vera", ("127.0.0.1", 50002))
    made.say("boris", "один")
    assert made.compare("vera", "") == []
    made.oracle.hear("vera", b"vera")
    made.say("boris", "два")
    assert made.compare("vera", "") == [("lost", "два", 0)]


# -- dialects


def test_words_out_of_turn_are_due_when_their_turn_comes() -> None:
    made = Talk(replace(RAW, turns="alternate"), "boris", "vera")
    first, second = made.say("boris", "один"), made.say("boris", "два")
    assert made.oracle.due("vera", first)
    assert not made.oracle.due("vera", second)
    assert made.compare("vera", "один") == []
    made.say("vera", "ответ")
    assert made.oracle.due("vera", second)
    assert made.compare("vera", "один") == [("lost", "два", 0)]
    assert made.compare("boris", "ответ") == []


def test_half_a_letter_is_due_once_the_other_half_has_come() -> None:
    made = Talk(RAW, "boris", "vera")
    text = "привет"
    data = text.encode()
    made.oracle.hear("boris", data[:3])
    said = made.oracle.say("boris", text, data, data[3:])
    assert made.oracle.due("vera", said)
    assert made.compare("vera", "пр" + "ивет") == []
    assert made.compare("vera", "привe") == [("lost", "привет", 0)]


def test_pieces_that_get_a_label_each_are_due_to_nobody() -> None:
    made = Talk(NAMED, "boris", "vera")
    made.oracle.hear("boris", b"hel")
    said = made.oracle.say("boris", "hello", b"hello", b"lo")
    assert not made.oracle.due("vera", said)


def test_texts_glued_together_on_the_wire_are_told_apart() -> None:
    made = Talk(KNOWN["lines"], "boris", "vera")
    made.oracle.hear("boris", "один\nдв".encode())
    made.oracle.say("boris", "два", "два".encode(), "а\n".encode())
    assert made.compare("vera", "boris: один\nboris: два\n") == []
    assert made.compare("vera", "boris: один\nboris: д\nва") == [("lost", "два", 0)]


# -- the Room against itself


GUESTS = ("boris", "vera", "gleb")
SCENES = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.sampled_from(GUESTS)),
        st.tuples(st.just("say"), st.sampled_from(GUESTS)),
        st.tuples(st.just("leave"), st.sampled_from(GUESTS)),
    ),
    max_size=40,
)
DIALECTS = st.one_of(
    st.sampled_from([*KNOWN.values(), NAMED, replace(RAW, turns="alternate"), replace(NAMED, turns="alternate", framing="lines")]),
    st.builds(
        Dialect,
        named_by=st.sampled_from(["prompt", "first-message", "nobody"]),
        author=st.sampled_from(["server", "label", "client", "nobody"]),
        relay=st.sampled_from(["{text}", "{name}: {text}", "[{time}] {host}:{port}> {text}", "<{text}> ({name})"]),
        echo=st.booleans(),
        joined=st.sampled_from(["", "{name} здесь"]),
        left=st.sampled_from(["", "{name} ушёл"]),
        welcome=st.sampled_from(["", "Привет, {name}"]),
        framing=st.sampled_from(PLAIN),
        turns=st.sampled_from(["free", "alternate"]),
    ),
)


class Both:
    """The same conversation in an oracle and in a Room that stands for the server."""

    def __init__(self, dialect: Dialect) -> None:
        self.talk, self.server = Talk(dialect), Room[str](dialect)
        self.streams: dict[str, bytearray] = {guest: bytearray() for guest in GUESTS}
        self.there: list[str] = []
        self.gone: list[str] = []
        self.count = 0

    def act(self, what: str, guest: str) -> None:
        if what == "join" and guest not in [*self.there, *self.gone]:
            self.talk.join(guest)
            self.hear(self.server.enter(guest, ("127.0.0.1", 50001)))
            if self.talk.dialect.named_by != "nobody":
                self.hear(self.server.hear(guest, self.talk.framed(guest)))
            self.there.append(guest)
        elif what == "say" and guest in self.there:
            self.count += 1
            text = f"слово-{self.count}."
            self.talk.say(guest, text)
            self.hear(self.server.hear(guest, self.talk.framed(text)))
        elif what == "leave" and guest in self.there:
            self.talk.oracle.leave(guest)
            self.hear(self.server.leave(guest))
            self.there.remove(guest)
            self.gone.append(guest)

    def hear(self, actions: object) -> None:
        assert isinstance(actions, list)
        for action in actions:
            if isinstance(action, Send):
                for guest in action.recipients:
                    self.streams[guest] += action.data


@settings(derandomize=True, deadline=None, max_examples=150)
@given(dialect=DIALECTS, scene=SCENES)
def test_the_rooms_own_output_never_differs_from_itself(dialect: Dialect, scene: list[tuple[str, str]]) -> None:
    both = Both(dialect)
    for what, guest in scene:
        both.act(what, guest)
    for guest in GUESTS:
        assert list(differences(both.talk.oracle, guest, bytes(both.streams[guest]))) == []


@settings(derandomize=True, deadline=None, max_examples=100)
@given(dialect=DIALECTS, scene=SCENES, data=st.data())
def test_a_text_taken_out_of_the_rooms_output_is_missed(dialect: Dialect, scene: list[tuple[str, str]], data: st.DataObject) -> None:
    both = Both(dialect)
    for what, guest in [("join", guest) for guest in GUESTS] + [("say", "boris"), *scene]:
        both.act(what, guest)
    oracle = both.talk.oracle
    due = [(guest, said) for guest in GUESTS for said in oracle.said if said.author != guest and oracle.due(guest, said)]
    hearer, said = data.draw(st.sampled_from(due))
    stream = bytes(both.streams[hearer])
    assert [(one.kind, one.said) for one in differences(oracle, hearer, stream.replace(said.data, said.data[:-1]))] == [("lost", said)]
    kinds = [(one.kind, one.said) for one in differences(oracle, hearer, stream + said.data)]
    assert kinds == [("duplicated", said)]


# -- labels and pieces


def said(text: str, author: str = "boris") -> Said[str]:
    return Said(author, text, text.encode())


@pytest.mark.parametrize(
    ("stream", "label"),
    [
        ("Boris: один", "Boris: "),
        ("один", ""),
        ("", ""),
        ("ждём", ""),
        ("Vera: ноль\nBoris: один\nVera: два", "\nBoris: "),
        ("Vera: нольGleb вошёлBoris: один", "Gleb вошёлBoris: "),
        ("Vera: дваBoris: один", "Boris: "),
    ],
)
def test_a_label_stands_between_the_text_before_and_this_one(stream: str, label: str) -> None:
    everything = [said("ноль", "vera"), said("один"), said("два", "vera")]
    assert label_before(stream.encode(), everything[1], everything) == label


@pytest.mark.parametrize(
    ("stream", "label"),
    [
        ("один (Boris)\n", " (Boris)"),
        ('{"t": "ноль", "a": "Vera"}\n{"t": "один", "a": "Boris"}\n{"t": "два"', '", "a": "Boris"}'),
        ('"один", "a": "Boris"}\n{"info": "Gleb вошёл"}\n', '", "a": "Boris"}'),
        ("один\n-- Boris\n", "-- Boris"),
        ("один", ""),
        ("ждём", ""),
    ],
)
def test_a_label_may_stand_after_its_text(stream: str, label: str) -> None:
    everything = [said("ноль", "vera"), said("один"), said("два", "vera")]
    assert label_after(stream.encode(), everything[1], everything) == label


def test_bytes_that_are_no_text_are_shown_and_not_raised() -> None:
    assert label_before(b"\xff\xfe" + "один".encode(), said("один"), []) == "\ufffd\ufffd"


@pytest.mark.parametrize(
    ("stream", "count"),
    [(b"", 0), (b"hello", 5), (b"hel", 3), (b"he hell h", 4), (b"xello", 0), (b"hellx hello!", 5), (b"olleh", 1)],
)
def test_how_much_of_a_text_came_in_one_piece(stream: bytes, count: int) -> None:
    assert matched(stream, b"hello") == count


def test_an_empty_datagram_ends_nothing() -> None:
    made = talk(replace(RAW, transport="udp"))
    made.oracle.hear("vera", b"")
    assert made.oracle.due("vera", made.say("boris", "четыре"))
    assert made.oracle.ended == {}
