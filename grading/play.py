"""Plays a random scenario in a chat; the Room says after every step what everybody must have heard by now."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from itertools import groupby

from grading.chat import Chat
from grading.guests import Guest
from grading.oracle import Said
from grading.scenario import NAMES, Manner, Step, told
from grading.verdicts import CheckFailed


class ScenarioFailed(CheckFailed):
    """A scenario went wrong.

    Attributes:
        steps: the scenario as far as it came, the last step being the one that failed.
        manner: what its dialect allows.
    """

    def __init__(self, failure: CheckFailed, steps: Sequence[Step], manner: Manner) -> None:
        super().__init__(f"{told(steps)}; {failure.expected}", failure.actual)
        self.steps, self.manner = tuple(steps), manner


def manner(chat: Chat) -> Manner:
    """What scenarios this chat's dialect allows."""
    pieces = chat.passes_pieces_on and chat.dialect.transport != "console"  # a terminal hands over whole lines
    return Manner(chat.seats, pieces, chat.dialect.turns == "alternate")


def play(chat: Chat, steps: Sequence[Step]) -> None:
    """Plays all steps with new guests. Raises ScenarioFailed at the first that goes wrong, Infra."""
    guests: dict[int, Guest] = {}
    played = 0
    for what, alike in groupby(steps, lambda step: step.what):
        for step in _together(list(alike)) if what == "joins" else alike:
            played += len(step.who) if what == "joins" else 1
            try:
                _perform(chat, step, guests)
            except CheckFailed as failure:
                raise ScenarioFailed(failure, steps[:played], manner(chat)) from failure


def _together(joins: list[Step]) -> list[Step]:
    """Those who come one right after another come as one step: a server for two may ask for names only once both are there."""
    return [Step("joins", tuple(guest for step in joins for guest in step.who))]


def _perform(chat: Chat, step: Step, guests: dict[int, Guest]) -> None:
    if step.what == "joins":
        guests.update(zip(step.who, chat.join(*(NAMES[guest] for guest in step.who)), strict=True))
        return
    acting = [guests[number] for number in step.who]
    if step.what in ("leaves", "vanishes"):
        chat.examine(acting, authors=True)
        chat.part(acting[0], reset=step.what == "vanishes")
        return
    with chat.server.frozen() if len(acting) > 1 else nullcontext():  # whoever speaks together is heard together, on any machine
        said = [_speak(chat, author, step.what, text) for author, text in zip(acting, step.texts, strict=True)]
    chat.settle()  # whatever is still missing then is waited for
    for one in said:
        for hearer in chat.guests:
            if hearer is one.author:
                continue
            if one.data in hearer.heard:
                chat.note(hearer, "hears", one.data)
            else:
                chat.expect(hearer, one)
    chat.examine(chat.guests, authors=True)


def _speak(chat: Chat, author: Guest, what: str, text: str) -> Said[Guest]:
    return chat.cut_in_two(author, text) if what == "pieces" else chat.say(author, text)
