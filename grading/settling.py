"""The lines of lab.toml that would settle how a server speaks, for one that no interview understood: the best guess, filled in. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from grading.messages import N_, _
from grading.submission.model import Way
from reference.dialect import Dialect

_LONGEST: Final = 200  # letters of a prompt: one that is longer is not what a person would copy
# Each fits on a line of sixty letters: a comment that is folded on the screen cannot be copied.
_ABOUT: Final = {
    "prompt": N_("чем сервер спрашивает имя"),
    "named_by": N_("prompt (имя на вопрос), first-message или nobody"),
    "framing": "none, lines, json, json-lines, length-4, nul...",
    "hello": N_("что шлёт клиент, чтобы назваться"),
    "then": N_("что он шлёт ещё, пока его не впустили"),
    "says": N_("что он шлёт, чтобы сказать одно сообщение"),
}


def advice(dialect: Dialect, ways: Sequence[Way]) -> str:
    """What to tell a student whose server was not understood.

    Args:
        dialect: the interview's guess.
        ways: what the source hints at, the likeliest first.
    """
    way = ways[0] if ways else Way(dialect.framing)
    values = {
        "prompt": dialect.prompt if len(dialect.prompt) <= _LONGEST else "",
        "named_by": dialect.named_by if way.hello else "nobody",
        "framing": way.framing,
        "hello": way.hello,
        "then": way.then,
        "says": way.says,
    }
    lines = "\n".join(f"# {_(_ABOUT[key])}\n{key} = {_string(value)}" for key, value in values.items() if value or key == "hello")
    advice = _("Если вы знаете, как говорит ваш сервер, положите рядом с ним lab.toml и поправьте в нём эти строки:")
    return f"{advice}\n\n[dialect]\n{lines}"


def _string(text: str) -> str:
    """A string of TOML."""
    return '"' + "".join(map(_letter, text)) + '"'


def _letter(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    if letter.isprintable():
        return letter
    return json.dumps(letter)[1:-1] if letter in "\n\r\t" else "?" if "\ud800" <= letter <= "\udfff" else f"\\U{ord(letter):08x}"
