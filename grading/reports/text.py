"""The door for text a student had a hand in: whatever is shown to a person or written to a file passes through here.

Output, lines of code, file names, what was expected and received: any of it may hold control characters that move the cursor, recolour
a line, hide or reverse what stands beside them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Final

# Invisible and direction-changing characters are Cf; the joiner alone is let through: emoji of several parts need it.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINER: Final = "\u200d"

# What a console of fewer characters shows instead. cp866 has frames but no dashes, cp1251 dashes but no frames, ASCII neither.
_PLAIN: Final = {
    "—": "-", "–": "-", "‑": "-", "−": "-", "…": "...", "·": "|", "•": "*", "«": '"', "»": '"', "“": '"', "”": '"', "→": "->", "×": "x",
    "✓": "+", "○": "o", "✗": "x", "█": "#", "░": ".", "№": "N", "≥": ">=", "\u00a0": " ",
}  # fmt: skip


def hidden(char: str) -> bool:
    """Whether a character must not reach a screen as it is: C0, C1, format and direction controls, lone surrogates, odd line breaks."""
    return unicodedata.category(char) in _HIDDEN and char != _JOINER


def safe(text: str) -> str:
    r"""The text on one line, with every hidden character spelt out: "\n", "\x1b", "\u202e". What it shows is what is there."""
    return _with(_spell, text)


def safe_lines(text: str) -> list[str]:
    """The text line by line, each of them safe; tabs become spaces, Windows line ends are line ends."""
    return [safe(line.expandtabs(4)) for line in text.replace("\r\n", "\n").split("\n")]


def json_safe(encoded: str) -> str:
    r"""JSON text with hidden characters as JSON escapes: the same value, harmless to print, and always valid UTF-8."""
    return _with(_json_escape, encoded)


def encodable(text: str, encoding: str) -> str:
    """The text in what this encoding has: plain stand-ins for frames, dashes and ticks, "?" for the rest."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_stand_in(char, encoding) for char in text)
    return text


def _with(spelt: Callable[[str], str], text: str) -> str:
    """The text with each hidden character spelt out. Each letter is asked about once, wherever it stands."""
    return text.translate({ord(char): spelt(char) for char in set(text) if hidden(char)})


def _spell(char: str) -> str:
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char) or char.encode("unicode_escape", "surrogatepass").decode("ascii")


def _json_escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def _stand_in(char: str, encoding: str) -> str:
    for candidate in (char, _PLAIN.get(char) or _frame(char)):
        try:
            candidate.encode(encoding)
        except UnicodeEncodeError:
            continue
        return candidate
    return "?"


def _frame(char: str) -> str:
    """A line of a frame in ASCII; the character itself where it is none."""
    name = unicodedata.name(char, "")
    if not name.startswith("BOX DRAWINGS"):
        return char
    return "-" if name.endswith("HORIZONTAL") else "|" if name.endswith("VERTICAL") and "AND" not in name else "+"
