"""The known dialects are data that a Room can speak."""

from __future__ import annotations

import dataclasses

import pytest

from reference.dialect import KNOWN, Dialect
from reference.framing import reader
from reference.room import Hangup, Room, Send


def test_our_own_and_the_five_archetypes_are_known() -> None:
    assert list(KNOWN) == ["lines", "raw-echo", "raw", "first-message", "prompt-echo", "prompt"]


def test_a_dialect_cannot_be_changed_under_way() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        KNOWN["lines"].prompt = "?"  # type: ignore[misc]


@pytest.mark.parametrize("dialect", KNOWN.values(), ids=KNOWN)
def test_every_dialect_agrees_with_itself(dialect: Dialect) -> None:
    assert bool(dialect.prompt) == (dialect.named_by == "prompt")
    assert "{text}" in dialect.relay
    assert ("{name}" in dialect.relay) == (dialect.author == "server")
    assert dialect.named_by != "nobody" or not dialect.joined + dialect.left


@pytest.mark.parametrize("dialect", KNOWN.values(), ids=KNOWN)
def test_two_can_talk_in_every_dialect(dialect: Dialect) -> None:
    room: Room[str] = Room(dialect)
    ends = b"\n" if dialect.framing == "lines" else b""
    said: dict[str, str] = {"anna": "", "boris": ""}

    def do(actions: list[Send[str] | Hangup[str]]) -> None:
        for action in actions:
            assert isinstance(action, Send)
            for guest in action.recipients:
                said[guest] += "".join(reader("none").feed(action.data))

    for guest in said:
        do(room.enter(guest))
        if dialect.named_by != "nobody":
            do(room.hear(guest, guest.encode() + ends))
    do(room.hear("anna", "привет".encode() + ends))
    assert said["boris"].endswith(dialect.relay.replace("{name}", "anna").replace("{text}", "привет") + ends.decode())
    assert ("привет" in said["anna"]) == dialect.echo
