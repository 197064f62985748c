"""One text that somebody typed at a terminal, and what became of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from grading.screens import Person


@dataclass
class Typed:
    """One text that somebody typed.

    Attributes:
        others: all who should see it; inside: those of them who were in the chat before; fell_out: those who are not any more.
        missing: those on whose screens it is not.
        left: bytes that left the author's program with it, on a connection the server has accepted; 0 where that cannot be said.
        instead: what came on their screens instead, by name.
        read: those whose programs have read something that came with it, and not shown it.
    """

    author: Person
    text: str
    inside: list[Person]
    others: list[Person]
    missing: list[Person] = field(init=False)
    left: int = 0
    fell_out: list[Person] = field(default_factory=list)
    instead: dict[str, str] = field(default_factory=dict)
    read: list[Person] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nobody has seen it yet."""
        self.missing = list(self.others)

    @property
    def sent(self) -> bool:
        """Whether all of it left the author's program. Some alphabets have a byte for a letter, and none has less."""
        return self.left >= len(self.text)

    def look_again(self) -> None:
        """It may have come late."""
        self.missing = [person for person in self.missing if not person.sees(self.text)]


def all_that_came(before: Typed, last: Typed) -> str:
    """To how much the author's program cuts what is typed, twice in a row: a beginning of the last text; "" where that cannot be said."""
    return _beginning(last) if _beginning(before) else ""


def _beginning(typed: Typed) -> str:
    """The beginning that stands on all the others' screens, where the rest never left the author's program.

    A word of the text may be shown for other reasons: a screen drawn anew shows old texts. So it must have come once, and nothing of the
    text's end at all. Where the first word is a command, or says to whom the text goes, it does not come on the others' screens.
    """
    first, last = typed.text.split()[0], typed.text.split()[-1]
    everybody = typed.missing == typed.others and all(person in typed.inside for person in typed.others)
    if not everybody or not 0 < typed.left < len(typed.text):
        return ""
    shown = [typed.instead[person.name] for person in typed.others]
    if any(text.count(first) != 1 for text in shown) or any(person.sees(last) for person in typed.others):
        return ""
    came = [text[text.index(first) :] for text in shown]
    return os.path.commonprefix([typed.text, *came]).rstrip()  # noqa: RUF071 - letter by letter it shall be
