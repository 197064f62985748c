"""The transcript: what is written down of a conversation, and what a report tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from grading.guests import Guest
from grading.oracle import Oracle
from grading.result import Event
from grading.transcript import KEPT, MOST, Transcript, told
from grading.verdicts import CheckFailed
from grading.wire import Wire
from reference.dialect import Dialect

FAILURE = CheckFailed("все слышат", "никто не слышит")


@dataclass
class Link:
    """A guest's end with what he received."""

    local: tuple[str, int] = ("127.0.0.1", 50000)
    inbox: bytearray = field(default_factory=bytearray)
    ended: bool = False


class Talk:
    """Boris and Vera, and what each receives, without a server."""

    def __init__(self, **dialect: str) -> None:
        self.dialect = Dialect(named_by="nobody", **dialect)  # type: ignore[arg-type]
        self.wire, self.oracle, self.transcript = Wire(self.dialect), Oracle[Guest](self.dialect), Transcript()
        self.boris, self.vera = self.everybody = [Guest(self, name, Link()) for name in ("Борис", "Вера")]  # type: ignore[arg-type]

    def says(self, author: Guest, text: str) -> bytes:
        self.oracle.say(author, text, text.encode(), text.encode())
        self.transcript.note(author, "says", self.wire.text(text))
        return self.wire.text(text)

    def came(self, hearer: Guest, data: bytes) -> None:
        hearer.link.inbox += data
        self.transcript.look(self.everybody)

    def told(self, failure: CheckFailed | None = None) -> list[Event]:
        return list(told(self, failure))  # type: ignore[arg-type]


def brief(events: list[Event]) -> list[tuple[str, str, str, str, str]]:
    return [(event.guest, event.what, event.text, event.by, event.wrong) for event in events]


def test_what_came_is_told_with_whose_it_is() -> None:
    talk = Talk()
    talk.came(talk.vera, b"welcome")
    talk.came(talk.vera, b"Boris: " + talk.says(talk.boris, "hello there"))
    assert brief(talk.told()) == [
        ("Вера", "hears", "welcome", "", ""),
        ("Борис", "says", "hello there", "", ""),
        ("Вера", "hears", "Boris: hello there", "Борис", ""),
    ]


def test_own_words_that_come_back_are_ones_own_even_where_others_begin_alike() -> None:
    talk = Talk()
    talk.says(talk.vera, "the two of us are left over, one")
    talk.came(talk.boris, talk.says(talk.boris, "the two of us are left over, two"))
    assert talk.told()[-1].by == "Борис"


def test_a_text_that_came_in_two_pieces_is_known_by_each() -> None:
    talk = Talk()
    data = talk.says(talk.boris, "a text that is cut in the middle of itself")
    talk.came(talk.vera, data[:20])
    talk.came(talk.vera, data[20:])
    assert [event.by for event in talk.told()[-2:]] == ["Борис", "Борис"]


def test_what_is_wrapped_is_told_unwrapped_and_its_bytes_are_kept() -> None:
    talk = Talk(framing="json", says='{"text": "{text}"}')
    talk.came(talk.vera, talk.says(talk.boris, "привет"))
    heard = talk.told()[-1]
    assert heard.data == b'{"text": "\\u043f\\u0440\\u0438\\u0432\\u0435\\u0442"}'
    assert (heard.text.strip(), heard.by, heard.size) == ('{"text": "привет"}', "Борис", len(heard.data))


def test_a_missing_text_is_an_arrow_that_should_be_there() -> None:
    talk = Talk()
    talk.transcript.note(talk.vera, "misses", talk.says(talk.boris, "hello there"))
    assert brief(talk.told(FAILURE))[-1] == ("Вера", "hears", "hello there", "Борис", "missing")


@pytest.mark.parametrize("kind", ["torn", "duplicated", "reordered", "leaked", "misattributed"])
def test_a_mark_goes_back_to_where_the_text_came(kind: str) -> None:
    talk = Talk()
    data = talk.says(talk.boris, "hello there")
    talk.came(talk.vera, b"Vera: " + data)
    talk.came(talk.vera, b"something else")
    talk.transcript.note(talk.vera, "hears", data, kind)
    assert [event.wrong for event in talk.told(FAILURE)] == ["", kind, ""]


def test_a_failure_nothing_shows_is_a_note_at_the_end() -> None:
    talk = Talk()
    talk.says(talk.boris, "hello there")
    assert brief(talk.told(FAILURE))[-1] == ("", "note", "никто не слышит", "", "")
    assert brief(talk.told())[-1] == ("Борис", "says", "hello there", "", "")


def test_what_is_forgotten_was_written_down_before() -> None:
    talk = Talk()
    talk.vera.link.inbox += b"one"
    talk.vera.forget()
    talk.came(talk.vera, b"two")
    assert [event.data for event in talk.told()] == [b"one", b"two"]


def test_a_hangup_is_told_once() -> None:
    talk = Talk()
    talk.vera.link.ended = True
    talk.came(talk.boris, b"")
    talk.came(talk.boris, b"")
    assert brief(talk.told()) == [("Вера", "closed", "", "", "")]


def test_times_begin_with_the_conversation_and_rest_is_left_out() -> None:
    talk = Talk()
    talk.transcript.note(None, "rests")
    talk.transcript.note(talk.boris, "connects")
    (event,) = talk.told()
    assert (event.what, event.at) == ("connects", 0.0)


def test_a_flood_does_not_fill_the_report() -> None:
    talk = Talk()
    talk.came(talk.vera, b"x" * (KEPT + 10))
    for _ in range(MOST + 10):
        talk.transcript.note(talk.boris, "says", b"y" * (KEPT + 1))
    talk.transcript.note(talk.boris, "leaves")
    events = talk.told()
    assert len(events) == MOST
    assert events[-1].what == "leaves"
    assert all(len(event.data) <= KEPT for event in events)
    assert events[0].size == KEPT + 1


def test_somebody_who_is_no_guest_is_told_as_well() -> None:
    talk = Talk()
    talk.transcript.add("Глеб", "says", "слышно?".encode())
    talk.transcript.add("Даша", "hears", "слышно?".encode(), by="Глеб")
    assert brief(talk.told()) == [("Глеб", "says", "слышно?", "", ""), ("Даша", "hears", "слышно?", "Глеб", "")]

