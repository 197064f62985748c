"""A whole conversation judged: each kind of difference by hand, then the Room's own output spoilt at random."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.history import differences, torn
from grading.oracle import Oracle
from grading.scenario import Manner, Step, generate, sensible, simpler, told
from reference.dialect import KNOWN, Dialect
from reference.framing import frame, reads_lines
from reference.room import Room, Send

NAMED = replace(KNOWN["lines"], welcome="", joined="", left="{name} ушёл", prompt="")
NAMES = {"boris": "Borisva", "vera": "Veralo", "gleb": "Glebni"}


class Talk:
    """An oracle with named guests, and what each of them received."""

    def __init__(self, dialect: Dialect = NAMED) -> None:
        self.oracle, self.framing = Oracle[str](dialect), "lines" if reads_lines(dialect.framing) else "none"
        for guest, name in NAMES.items():
            self.oracle.enter(guest, ("127.0.0.1", 50001))
            if dialect.named_by != "nobody":
                self.oracle.hear(guest, frame(name, self.framing))

    def say(self, guest: str, text: str) -> None:
        self.oracle.say(guest, text, text.encode(), frame(text, self.framing))

    def found(self, hearer: str, stream: str, *, names: bool = True) -> list[tuple[str, str, str]]:
        found = differences(self.oracle, hearer, stream.encode(), b"", NAMES if names else None)
        return [(one.kind, one.said.text, one.between) for one in found]


# -- labels


@pytest.mark.parametrize(
    ("stream", "wrong"),
    [
        ("Borisva: один\nGlebni: два\n", []),
        ("Glebni: один\nGlebni: два\n", [("misattributed", "один", "Glebni: ")]),
        ("Borisva: один\nBorisva: два\n", [("misattributed", "два", "\nBorisva: ")]),
        ("Veralo: один\nGlebni: два\n", [("misattributed", "один", "Veralo: ")]),  # the hearer's own name
        ("Glebni ушёл\nBorisva: один\nGlebni: два\n", []),  # a notice before a label
        ("один\nдва\n", []),  # no label at all is somebody else's business
        ("Borisva:\nодин\nдва\n", []),
        ("12:30 Borisva: один\n12:31 Glebni > два\n", []),
        ("Borisva, Glebni: один\nдва\n", []),  # two speak at once, and their labels come first
    ],
)
def test_the_label_before_a_text_names_its_author(stream: str, wrong: list[tuple[str, str, str]]) -> None:
    talk = Talk()
    talk.say("boris", "один")
    talk.say("gleb", "два")
    assert talk.found("vera", stream) == wrong
    assert talk.found("vera", stream, names=False) == []


def test_labels_that_are_no_names_are_not_judged() -> None:
    for dialect in (replace(NAMED, author="client"), replace(NAMED, author="label"), replace(NAMED, relay="{text} ({name})")):
        talk = Talk(dialect)
        talk.say("boris", "один")
        assert talk.found("vera", "Glebni: один\n") == []


def test_the_authors_own_words_may_come_back_in_any_form() -> None:
    talk = Talk()
    talk.say("boris", "один")
    assert talk.found("boris", "Veralo: один\nодин\nYou: один\n") == []


# -- torn, leaked


def test_a_label_inside_a_text_is_told() -> None:
    talk = Talk()
    talk.say("boris", "длинное-сообщение")
    assert talk.found("vera", "Borisva: длинное-Borisva: сообщение\n") == [("torn", "длинное-сообщение", "Borisva: ")]
    assert talk.found("vera", "Borisva: длинное-\n") == [("lost", "длинное-сообщение", "")]


@pytest.mark.parametrize(
    ("stream", "between"),
    [
        (b"", ""),
        (b"hello, every", ""),
        (b"hello, everybody", ""),
        (b"hello, Anna: everybody", "Anna: "),
        (b"hello, everAnna: ybody", ""),  # too short a piece to be sure of
        (b"everybody hello, ", ""),
    ],
)
def test_what_stands_between_the_pieces(stream: bytes, between: str) -> None:
    assert torn(stream, b"hello, everybody") == between


def test_what_is_said_after_somebody_has_gone_must_not_come_to_him() -> None:
    talk = Talk()
    talk.say("boris", "один")
    talk.oracle.leave("vera")
    talk.say("boris", "два")
    assert talk.found("vera", "Borisva: один\n") == []
    assert talk.found("vera", "Borisva: один\nBorisva: два\n") == [("leaked", "два", "")]


def test_the_word_to_quit_ends_a_session_too() -> None:
    talk = Talk()
    talk.oracle.hear("vera", frame(NAMED.quit, "lines"))
    talk.say("boris", "один")
    assert talk.found("vera", "Borisva: один\n") == [("leaked", "один", "")]
    assert talk.found("gleb", "Borisva: один\n") == []


def test_who_has_no_name_yet_may_hear_or_not() -> None:
    talk = Talk()
    talk.oracle.enter("zoya", ("127.0.0.1", 50004))
    talk.say("boris", "один")
    assert talk.found("zoya", "") == []
    assert talk.found("zoya", "Borisva: один\n") == []


# -- random scenarios, played by the Room itself


class Played:
    """A scenario played by a Room; guests are numbers, and are called by them."""

    def __init__(self, dialect: Dialect, steps: tuple[Step, ...]) -> None:
        self.oracle, self.room = Oracle[int](dialect), Room[int](dialect)
        self.framing = "lines" if reads_lines(dialect.framing) else "none"
        self.streams: dict[int, bytearray] = {}
        self.names: dict[int, str] = {}
        self.count = 0
        for step in steps:
            for guest in step.who:
                self._act(step.what, guest)

    def _act(self, what: str, guest: int) -> None:
        if what == "joins":
            self.streams[guest], self.names[guest] = bytearray(), f"Gost{guest:02}"
            self.oracle.enter(guest, ("127.0.0.1", 50001))
            self._hear(self.room.enter(guest, ("127.0.0.1", 50001)))
            if self.room._dialect.named_by != "nobody":
                name = frame(self.names[guest], self.framing)
                self.oracle.hear(guest, name)
                self._hear(self.room.hear(guest, name))
        elif what in ("leaves", "vanishes"):
            self.oracle.leave(guest)
            self._hear(self.room.leave(guest))
        else:
            self.count += 1
            text = f"слово-{self.count}."
            self.oracle.say(guest, text, text.encode(), frame(text, self.framing))
            self._hear(self.room.hear(guest, frame(text, self.framing)))

    def _hear(self, actions: object) -> None:
        assert isinstance(actions, list)
        for action in actions:
            if isinstance(action, Send):
                for guest in action.recipients:
                    self.streams[guest] += action.data

    def found(self, guest: int, stream: bytes | None = None) -> list[tuple[str, str]]:
        stream = bytes(self.streams[guest]) if stream is None else stream
        return [(one.kind, one.said.text) for one in differences(self.oracle, guest, stream, b"", self.names)]


DIALECTS = st.sampled_from([*KNOWN.values(), NAMED])
SCENARIOS = st.randoms(use_true_random=False).map(lambda dice: generate(dice, 30, Manner(pieces=True)))


@settings(derandomize=True, deadline=None, max_examples=30)
@given(dialect=DIALECTS, steps=SCENARIOS)
def test_a_right_server_never_fails(dialect: Dialect, steps: tuple[Step, ...]) -> None:
    played = Played(dialect, steps)
    assert [played.found(guest) for guest in played.streams] == [[] for _ in played.streams]


@settings(derandomize=True, deadline=None, max_examples=30)
@given(steps=SCENARIOS, data=st.data())
def test_each_fault_is_found_and_only_there(steps: tuple[Step, ...], data: st.DataObject) -> None:
    played = Played(NAMED, steps)
    due = [(guest, one) for guest in played.streams for one in played.oracle.said if one.author != guest and played.oracle.due(guest, one)]
    hearer, said = data.draw(st.sampled_from(due))
    stream, text = bytes(played.streams[hearer]), said.data
    line = f"{played.names[said.author]}: ".encode() + text + b"\n"
    assert line in stream
    assert played.found(hearer, stream.replace(line, b"")) == [("lost", said.text)]
    assert played.found(hearer, stream.replace(text, text[:6] + b"Gost: " + text[6:])) == [("torn", said.text)]
    assert played.found(hearer, stream + line) == [("duplicated", said.text)]
    others = sorted(guest for guest in played.names if guest != said.author)
    wrong = played.names[data.draw(st.sampled_from(others))].encode()
    assert played.found(hearer, stream.replace(line, wrong + b": " + text + b"\n")) == [("misattributed", said.text)]


# -- scenarios themselves


@settings(derandomize=True, deadline=None, max_examples=30)
@given(steps=SCENARIOS, data=st.data())
def test_a_scenario_makes_sense_whatever_is_cut_out(steps: tuple[Step, ...], data: st.DataObject) -> None:
    kept = [step for step in steps if data.draw(st.booleans())]
    there: set[int] = set()
    came = 0
    for step in sensible(kept, Manner()):
        if step.what == "joins":
            assert step.who == (came,)
            there, came = there | {came}, came + 1
        else:
            assert set(step.who) <= there
            assert len(step.who) == (2 if step.what == "together" else 1)
        there -= set(step.who) if step.what in ("leaves", "vanishes") else set()


def test_the_same_dice_give_the_same_scenario() -> None:
    first, again, other = (generate(random.Random(seed), 36, Manner()) for seed in (1, 1, 2))
    assert first == again != other
    assert 30 <= len(first) <= 40


@pytest.mark.parametrize("manner", [Manner(seats=2, alternate=True), Manner(seats=2, pieces=True)])
def test_a_chat_for_two_has_two_who_stay(manner: Manner) -> None:
    steps = generate(random.Random(1), 20, manner)
    assert [step.what for step in steps[:2]] == ["joins", "joins"]
    assert not {"joins", "leaves", "vanishes"} & {step.what for step in steps[2:]}
    if manner.alternate:
        assert [step.who for step in steps[2:]] == [(number % 2,) for number in range(len(steps) - 2)]


def test_what_a_step_is_made_simpler_to() -> None:
    assert simpler(Step("pieces", (1,))) == simpler(Step("together", (1, 2))) == Step("says", (1,))
    assert simpler(Step("vanishes", (1,))) == Step("leaves", (1,))
    assert simpler(Step("joins", (1,))) == Step("joins", (1,))


def test_a_scenario_is_told_as_a_story() -> None:
    steps = [Step("joins", (0,)), Step("joins", (1,)), Step("together", (0, 1)), Step("pieces", (1,)), Step("vanishes", (0,))]
    assert told(steps) == (
        "Борис входит; Вера входит; Борис и Вера говорят одновременно; "
        "Вера говорит (сообщение приходит двумя частями); Борис: связь обрывается"
    )
