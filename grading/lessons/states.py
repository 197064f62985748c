"""The states a guest may be in, found by walking the Room: nothing of the picture is written by hand.

Anna meets everything that can happen to her, in every state she gets into; Boris is in the room all the while and hears what there is to
hear. A copy of the Room is asked each time, and what it answers makes an arrow. What changes nothing and tells nobody anything makes none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Final

from grading.lessons.diagram import Arrow, diagram
from grading.lessons.shown import Shown
from grading.messages import N_, _
from grading.words import person
from reference.dialect import Dialect
from reference.framing import reads_lines
from reference.room import Action, Room, Send

ANNA: Final = "Анна"
BORIS: Final = "Борис"
_SAID: Final = "привет"

OUTSIDE: Final = N_("снаружи")
NAMELESS: Final = N_("без имени")
INSIDE: Final = N_("в чате")
SPEAKS: Final = N_("говорит")
LISTENS: Final = N_("ждёт")

Happening = Callable[[Room[str]], list[Action[str]]]


def states(dialect: Dialect) -> Shown:
    """The picture of Anna's states in a chat of this dialect, and the same as lines of text."""
    arrows = walk(dialect)
    lines = [f"{arrow.start} → {arrow.end}: {arrow.event}" + "".join(f"; {line}" for line in arrow.told) for arrow in arrows]
    return Shown(svg=diagram(arrows), text="\n".join(lines))


def walk(dialect: Dialect) -> list[Arrow]:
    """Every arrow between Anna's states, in the order in which they are found; of happenings which end alike one arrow tells."""
    first = Room[str](dialect)
    first.enter(BORIS)
    if dialect.named_by != "nobody":
        first.hear(BORIS, _line(dialect, BORIS))
    rooms, seen = [first], {_situation(first)}
    found: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for room in rooms:  # grows while we go through it
        start = _state(room, dialect)
        for event, happens in _happenings(dialect, start):
            after = deepcopy(room)
            told = tuple(map(_told, happens(after)))
            end = _state(after, dialect)
            events = found.setdefault((start, end, told), [])
            if event not in events and (told or start != end):
                events.append(event)
            if _situation(after) not in seen and not _somebody_waits(after):
                seen.add(_situation(after))
                rooms.append(after)
    return [Arrow(start, end, ", ".join(events), told) for (start, end, told), events in found.items() if events]


def _happenings(dialect: Dialect, state: str) -> Iterator[tuple[str, Happening]]:
    """What can happen: its name, and how the Room is told. Who is asked for her name gives it."""
    anna, boris = person(ANNA), person(BORIS)
    text = ANNA if state == _(NAMELESS) else _SAID
    yield _("{guest} подключается").format(guest=anna), lambda room: room.enter(ANNA)
    yield f"{anna}: «{text}»", lambda room: room.hear(ANNA, _line(dialect, text))
    yield _("{guest}: одни пробелы").format(guest=anna), lambda room: room.hear(ANNA, _line(dialect, " "))
    if dialect.quit:
        yield f"{anna}: «{dialect.quit}»", lambda room: room.hear(ANNA, _line(dialect, dialect.quit))
    yield f"{boris}: «{_SAID}»", lambda room: room.hear(BORIS, _line(dialect, _SAID))
    yield _("{guest} уходит").format(guest=anna), lambda room: room.hear(ANNA, b"")


def _line(dialect: Dialect, text: str) -> bytes:
    return (text + "\n" if reads_lines(dialect.framing) else text).encode(dialect.encoding, errors="replace")


def _told(action: Action[str]) -> str:
    if isinstance(action, Send):
        return f"→ {', '.join(map(person, action.recipients))}: «{action.data.decode(errors='replace').rstrip(chr(10))}»"
    return _("→ {guest}: отбой").format(guest=person(action.guest))


# -- what the Room alone knows: it tells nobody who is in it, so here we look inside


def _state(room: Room[str], dialect: Dialect) -> str:
    if ANNA not in room._known:
        return _(OUTSIDE)
    if ANNA not in room._inside:
        return _(NAMELESS)
    if dialect.turns != "alternate":
        return _(INSIDE)
    return _(SPEAKS if room.awaited() == ANNA else LISTENS)


def _situation(room: Room[str]) -> tuple[object, ...]:
    """Two rooms alike in this go on alike."""
    anna = room._known.get(ANNA)
    return ANNA in room._known, ANNA in room._inside, room.awaited() == ANNA, anna.tries if anna else 0


def _somebody_waits(room: Room[str]) -> bool:
    """Somebody has spoken out of turn. How many of his words wait is no state we could draw."""
    return any(one.waiting for one in room._known.values())
