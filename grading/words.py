"""Names and texts for guests: never the same twice, unlike any command, decided by a seed."""

from __future__ import annotations

import random
from typing import Final

from grading.messages import _, language

_SYLLABLES: Final = [consonant + vowel for consonant in "бвгзлмнр" for vowel in "аеио"]
_LATIN_SYLLABLES: Final = [consonant + vowel for consonant in "blmnrv" for vowel in "aeio"]
_CYRILLIC: Final = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_LATIN: Final = [
    "a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p",
    "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "sch", "", "y", "", "e", "yu", "ya",
]  # fmt: skip
_SPELT: Final = str.maketrans(
    dict(zip(_CYRILLIC, _LATIN, strict=True)) | dict(zip(_CYRILLIC.upper(), map(str.capitalize, _LATIN), strict=True))
)


def person(name: str) -> str:
    """What the reader calls a guest: in English a Russian name is in Latin letters. What the server is told is no matter of this."""
    if language() == "ru":
        return name
    return " ".join(map(_, name.split(" "))).translate(_SPELT)


class Unique(str):
    """A text made to occur only once, to be sent exactly as it is."""

    __slots__ = ()


class Vocabulary:
    """Where a conversation takes its words from. Few letters, so that no command (quit, bye, /x) and no rude word can come out."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._names: set[str] = set()

    def nonsense(self) -> str:
        """Five random syllables: practically unique."""
        return "".join(self._dice.choices(_SYLLABLES, k=5))

    def name(self, name: str) -> str:
        """A name nobody had before, in Latin letters: a server that reads names as ASCII must not fail every check for it."""
        spelt = "".join(letter for letter in name if not letter.isdigit()).translate(_SPELT)
        latin = spelt.replace("_", "").strip().capitalize()
        called = latin + "".join(self._dice.choices(_LATIN_SYLLABLES, k=2))
        if called in self._names:
            return self.name(name)
        self._names.add(called)
        return called

    def solid(self, count: int, before: str = "") -> Unique:
        """One unique Cyrillic word of `before` and letters, exactly `count` characters long."""
        return Unique((before + "".join(self._dice.choices(_SYLLABLES, k=count)))[:count])

    def latin(self) -> Unique:
        """One unique word of six Latin letters, a byte each."""
        return Unique("".join(self._dice.choices(_LATIN_SYLLABLES, k=3)))

    def burst(self, count: int, width: int) -> list[Unique]:
        """`count` unique texts of exactly `width` bytes of UTF-8 each, numbered."""
        texts = []
        for number in range(count):
            head = f"{number:03d} "
            text = head + "".join(self._dice.choices(_SYLLABLES, k=width // 4 + 1))[: (width - len(head)) // 2]
            texts.append(Unique(text.ljust(width - (len(text.encode()) - len(text)), ".")))
        return texts
