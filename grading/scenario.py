"""Random scenarios: who comes, speaks and goes in which order. Pure; played by `grading.checks.model`, judged by the Room.

A scenario holds only what every right server of its dialect must cope with. One step ends before the next begins, for without framing
two messages of one author sent back to back are one.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from grading.messages import N_, _
from grading.words import person

NAMES: Final = (
    "Борис", "Вера", "Глеб", "Денис", "Жанна", "Захар", "Инна", "Клим", "Лада", "Марк", "Нина", "Олег", "Павел", "Рита", "Сева", "Тихон",
)  # fmt: skip
"""In the order in which guests come: the first is Boris."""
PLAIN: Final = ("привет", "слышно меня?", "кажется, да", "хорошо", "погода сегодня прекрасная", "наверное", "почему?", "смотрите")
ODD: Final = ("план такой: чай, потом сон", "да; нет | не знаю", "'так' или \"эдак\"?", "ну {да} [и] <что> \\о/ 100% & #1")
"""Texts with what a protocol may take for its own: a server that splits at every colon loses one of these, or whoever says it."""
MOST_PRESENT: Final = 4
_GOING: Final = ["leaves", "vanishes"]
_SPEAKING: Final = ("says", "pieces", "together")
_FIRST: Final = 3
"""So many come before anybody speaks."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        what: happens: "joins", "says", "pieces", "together", "leaves", "vanishes".
        who: the numbers of those who do it.
        texts: what each of them says, where they speak.
    """

    what: str
    who: tuple[int, ...]
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manner:
    """What the dialect allows.

    Attributes:
        seats: 2 in a chat for two, None where there is room for any number.
        pieces: a text may be said in two pieces.
        alternate: two speak strictly in turn, the first to come begins.
    """

    seats: int | None = None
    pieces: bool = False
    alternate: bool = False


def generate(dice: random.Random, count: int, manner: Manner) -> tuple[Step, ...]:
    """A scenario of about `count` steps; the same dice give the same one."""
    steps: list[Step] = []
    there: list[int] = []
    came, emptied = 0, False
    texts = _shuffled(dice)
    while len(steps) < count:
        if manner.seats is None and not emptied and len(steps) >= count * 3 // 4:
            emptied = True  # once everybody leaves: what the server keeps of an empty room shows then
            dice.shuffle(there)
            steps += [Step(dice.choice(_GOING), (guest,)) for guest in there]
            there.clear()
        what = _next(dice, len(there), came, manner)
        who = (came,) if what == "joins" else tuple(dice.sample(there, 2 if what == "together" else 1))
        if what in _GOING:  # the first and the last to have come more often: where lists drift apart, it shows with them
            who = (dice.choice([there[0], there[-1], dice.choice(there)]),)
        steps.append(Step(what, who, tuple(next(texts) for _one in who if what in _SPEAKING)))
        if what == "joins":
            came += 1
            there.append(who[0])
        elif what in _GOING:
            there.remove(who[0])
        changed = what in _GOING or (what == "joins" and came > _FIRST)
        if changed and len(there) > 1:  # what that has done to the server shows when somebody speaks
            steps.append(Step("says", (dice.choice(there),), (next(texts),)))
    return tuple(sensible(steps, manner))


def _shuffled(dice: random.Random) -> Iterator[str]:
    """Every text once before one comes again: a conversation of twelve messages holds them all."""
    texts = (*PLAIN, *ODD)
    return itertools.cycle(dice.sample(texts, len(texts)))


def _next(dice: random.Random, present: int, came: int, manner: Manner) -> str:
    """What may happen next with so many people in the room, the likelier the more often it is named."""
    if present < 2 or came < (manner.seats or _FIRST):
        return "joins"
    may = ["says"]
    if not manner.alternate:
        may += ["together"] + ["pieces"] * manner.pieces
    if manner.seats is None:
        may += _GOING * 5 * (present > 2)  # with two left it shows what a departure has done
        may += ["joins"] * 5 * (present < MOST_PRESENT and came < len(NAMES))
    return dice.choice(may)


def sensible(steps: Iterable[Step], manner: Manner) -> list[Step]:
    """The same without what cannot be any more after steps were cut out: nobody acts who is not there. Guests are numbered anew as they
    come, and where two speak in turn, each says what falls to his turn."""
    numbers: dict[int, int] = {}
    there: set[int] = set()
    turn = 0
    kept = []
    for step in steps:
        if step.what == "joins":
            numbers[step.who[0]] = len(numbers)
            there.add(step.who[0])
        who = tuple(guest for guest in step.who if guest in there)
        texts = tuple(text for guest, text in zip(step.who, step.texts, strict=False) if guest in there)
        if not who or (manner.alternate and step.what != "joins" and len(there) < 2):
            continue
        if step.what in _GOING:
            there -= set(who)
        what = "says" if step.what == "together" and len(who) == 1 else step.what
        acting = tuple(numbers[guest] for guest in who)
        if manner.alternate and what == "says":
            acting, turn = (turn,), 1 - turn
        kept.append(Step(what, acting, texts))
    return kept


def simpler(step: Step) -> Step:
    """The nearest step with less to it: whole instead of in pieces, alone instead of together, politely instead of by a reset."""
    if step.what in ("pieces", "together"):
        return Step("says", step.who[:1], step.texts[:1])
    return replace(step, what="leaves") if step.what == "vanishes" else step


def plainer(step: Step) -> Step:
    """The same step with a plain text in place of every odd one."""
    return replace(step, texts=tuple(PLAIN[0] if text in ODD else text for text in step.texts))


def apart(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The same with those who spoke together speaking one after the other: that goes the same way every time."""
    found: list[Step] = []
    for step in steps:
        if step.what == "together":
            found += [Step("says", (guest,), (text,)) for guest, text in zip(step.who, step.texts, strict=True)]
        else:
            found.append(step)
    return tuple(found)


def acts(steps: Iterable[Step]) -> int:
    """How many things people do in it: two who speak together do two."""
    return sum(len(step.who) for step in steps)


def told(steps: Sequence[Step]) -> str:
    """The story, for the student: «Борис входит; Вера входит; Борис говорит; …»."""
    return "; ".join(_(_WORDS[step.what]).format(who=_(" и ").join(person(NAMES[guest]) for guest in step.who)) for step in steps)


_WORDS: Final = {
    "joins": N_("{who} входит"),
    "says": N_("{who} говорит"),
    "pieces": N_("{who} говорит (сообщение приходит двумя частями)"),
    "together": N_("{who} говорят одновременно"),
    "leaves": N_("{who} уходит"),
    "vanishes": N_("{who}: связь обрывается"),
}
