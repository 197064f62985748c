"""A failed conversation as a story: who came, who said what, who heard it, and the first step that was wrong. Pure.

Folded to what matters: thirty guests who come in are one line, a burst of two hundred messages is one line, what the server says by
itself and an author's own echo are left out, and of all that only the last steps are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from grading.messages import N_, _, ngettext
from grading.reports.compare import aligned, chars
from grading.reports.text import safe
from grading.result import Event

TOLD: Final = 6
"""Steps of a story, the wrong one among them."""
_NAMES: Final = 3  # guests named on one line, the rest are counted
_TEXT: Final = 60  # characters of a text on one line

_WRONG: Final = {
    "missing": N_("не пришло"),
    "torn": N_("пришло разорванным"),
    "duplicated": N_("пришло не один раз"),
    "reordered": N_("пришло не по порядку"),
    "leaked": N_("пришло, хотя не должно было"),
    "misattributed": N_("пришло с чужой подписью"),
}
# what one or several do together: the word for one, the word for more
_DOES: Final = {
    "connects": (N_("подключается"), N_("подключаются")),
    "enters": (N_("входит"), N_("входят")),
    "names": (N_("называет себя"), N_("называют себя")),
    "leaves": (N_("выходит"), N_("выходят")),
    "vanishes": (N_("пропадает: связь оборвана"), N_("пропадают: связь оборвана")),
    "closed": (N_("отключён сервером"), N_("отключены сервером")),
    "says": (N_("говорит"), N_("говорят по очереди")),
}


@dataclass(frozen=True)
class Line:
    """One step of a story; `wrong` marks the one that went wrong."""

    text: str
    wrong: bool = False


@dataclass
class _Step:
    """Something one or several guests did, one after another."""

    what: str
    guests: list[str]
    said: list[Event] = field(default_factory=list)
    heard: dict[str, None] = field(default_factory=dict)  # in the order in which they heard it


def told(events: Sequence[Event]) -> list[Line]:
    """The story up to its first wrong step; [] where nothing was wrong."""
    end = _first_wrong(events)
    if end is None:
        return []
    steps = _together(_steps(events[:end]))
    lines = [Line(_words(step)) for step in steps[-(TOLD - 1) :]]
    left_out = len(steps) - len(lines)
    if left_out:
        lines.insert(0, Line(_("до этого: {steps}").format(steps=ngettext("{n} шаг", "{n} шага", left_out))))
    return [*lines, Line(_wrong(events[end], steps[-1] if steps else None), wrong=True)]


def parted(events: Sequence[Event], encoding: str) -> tuple[bytes, bytes] | None:
    """(what should have come, what came instead) at the first wrong step, for a comparison; None where nothing alike came."""
    end = _first_wrong(events)
    if end is None or events[end].wrong not in ("missing", "torn"):
        return None
    wrong = events[end]
    spoken = [number for number, event in enumerate(events) if event.what == "says" and wrong.data and wrong.data in event.data]
    came = [event for event in events[spoken[-1] if spoken else 0 :] if event.what == "hears" and event.guest == wrong.guest]
    stream = b"".join(event.data for event in came if event is not wrong)
    for other in events:  # of texts that begin alike, one that came whole is no piece of this one
        if other.what == "says" and other.data and other.guest != wrong.by:
            stream = stream.replace(other.data, b"")
    found = aligned(wrong.data, stream, encoding)
    return None if found is None or found.startswith(wrong.data) else (wrong.data, found)


def _first_wrong(events: Sequence[Event]) -> int | None:
    marked = (number for number, event in enumerate(events) if event.wrong)
    notes = (number for number, event in enumerate(events) if event.what == "note")
    return next(marked, next(notes, None))


# -- folding


def _steps(events: Iterable[Event]) -> list[_Step]:
    steps: list[_Step] = []
    for event in events:
        last = steps[-1] if steps else None
        if event.what == "hears":
            _heard(steps, event)
        elif event.what == "names" and last and last.what in ("connects", "enters") and last.guests[-1] == event.guest:
            last.guests.pop()
            if not last.guests:
                steps.pop()
            _do(steps, "enters", event)
        else:
            _do(steps, event.what, event)
    return steps


def _do(steps: list[_Step], what: str, event: Event) -> None:
    last = steps[-1] if steps else None
    if last and last.what == what and (last.guests == [event.guest] or what not in ("says", "sends")):
        if event.guest not in last.guests:
            last.guests.append(event.guest)
        last.said.append(event)
    else:
        steps.append(_Step(what, [event.guest], [event]))


def _heard(steps: Sequence[_Step], event: Event) -> None:
    """Who heard it belongs to the latest thing its author said."""
    for author in event.by.split(", "):
        step = next((step for step in reversed(steps) if step.what in ("says", "sends") and author in step.guests), None)
        if step is not None and author != event.guest:
            step.heard[event.guest] = None


def _together(steps: Sequence[_Step]) -> list[_Step]:
    """Many who speak one after another are one step: where there are more than a story has room for."""
    folded: list[_Step] = []
    for talk, run in groupby(steps, key=lambda step: step.what == "says" and len(step.said) == 1):
        group = list(run)
        authors = list(dict.fromkeys(step.guests[0] for step in group))
        if talk and len(authors) > TOLD:
            heard = dict.fromkeys(name for step in group for name in step.heard)
            folded.append(_Step("says", authors, [step.said[0] for step in group], heard))
        else:
            folded += group
    return folded


# -- words


def _words(step: _Step) -> str:
    who = names(step.guests)
    several = len(step.guests) > 1
    if step.what in ("says", "sends") and not several:
        return f"{who} {_speech(step)}" + _hearers(step)
    one, more = _DOES.get(step.what, (step.what, step.what))
    words = f"{who} {_(more if several else one)}"
    if step.what in ("enters", "names") and not several:
        words += ": " + text_of(step.said[-1])
    return words + _hearers(step)


def _speech(step: _Step) -> str:
    first, last = text_of(step.said[0]), text_of(step.said[-1])
    if len(step.said) == 1:
        return (_("говорит: {text}") if step.what == "says" else _("отправляет: {text}")).format(text=first)
    if step.what == "sends" and len(step.said) <= _NAMES:
        return _("отправляет по частям: {texts}").format(texts=", ".join(map(text_of, step.said)))
    pieces = ngettext("{n} сообщение", "{n} сообщения", len(step.said))
    return _("отправляет подряд {pieces}, от {first} до {last}").format(pieces=pieces, first=first, last=last)


def _hearers(step: _Step) -> str:
    if not step.heard or len(step.guests) > 1:
        return ""
    word = _("слышит") if len(step.heard) == 1 else _("слышат")
    return f" — {word} {names(list(step.heard))}"


def _wrong(event: Event, before: _Step | None) -> str:
    if event.what == "note":
        return _("здесь пошло не так")
    words = f"{safe(event.guest)}: {_(_WRONG.get(event.wrong, event.wrong))}"
    if before and before.what == "says" and len(before.said) == 1 and event.data and event.data in before.said[0].data:
        return words  # the line above has the text
    author = _(" (говорит {author})").format(author=safe(event.by)) if event.by else ""
    return f"{words}: {text_of(event)}{author}"


def names(guests: Sequence[str]) -> str:
    """Some names, and how many more."""
    shown = ", ".join(safe(guest) for guest in guests[:_NAMES])
    more = len(guests) - _NAMES
    return shown if more <= 0 else _("{names} и ещё {n}").format(names=shown, n=more)


def text_of(event: Event) -> str:
    r"""The text of an event in quotes, long ones cut and their size said; bytes that are no text as "\xff"."""
    text = event.text.rstrip("\r\n") or event.text
    broken = "\ufffd" in text and b"\xef\xbf\xbd" not in event.data
    shown = "".join(char.shown for char in chars(event.data, "utf-8")) if broken else safe(text)
    if not shown:
        return _("ничего")
    if len(shown) <= _TEXT:
        return _("«{text}»").replace("{text}", shown)
    return _("«{text}…» ({size} байт)").replace("{size}", str(event.size)).replace("{text}", shown[: _TEXT - 20])
