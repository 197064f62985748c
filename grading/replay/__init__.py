"""A stand-alone script of a conversation that went wrong, for the student to run against the own server.

`script.py` beside this file is the whole program but for its conversation; it needs the standard library only, and waits a moment where
the grader had stillness.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from grading.chat import Chat
from grading.messages import translated
from grading.result import Event
from grading.story import EPHEMERAL
from reference.framing import PLAIN

_SCRIPT: Final = Path(__file__).with_name("script.py")
_BEGINS, _ENDS = "# -- the conversation\n", "# -- end of the conversation\n"
_SHOWN: Final = ("connects", "names", "says", "sends", "hears", "misses", "leaves", "vanishes", "rests")
_AS: Final = {"misses": "hears", "sends": "says", "names": "says"}
_USUAL_PORT: Final = 9090


def script(chat: Chat, expected: str, actual: str) -> str:
    """The program as text; "" where there was nothing to hear, or nothing that plain TCP clients who read all the time could do again."""
    heard = any(event.what in ("hears", "misses") for event in chat.transcript.events)
    if not heard or not chat.transcript.repeatable or chat.dialect.transport != "tcp" or chat.dialect.framing not in PLAIN:
        return ""
    port = chat.server.addresses[0][1][1]
    before, _, rest = _SCRIPT.read_text(encoding="utf-8").partition(_BEGINS)
    conversation = (
        f"PORT = {port if port < EPHEMERAL else _USUAL_PORT}\n"
        f"EXPECTED = {_literal(_printable(expected))}\n"
        f"ACTUAL = {_literal(_printable(actual))}\n"
        f"STEPS = [\n{''.join(_steps(chat.transcript.events, chat.dialect.encoding))}]\n"
    )
    return translated(before) + conversation + translated(rest.partition(_ENDS)[2])


def _steps(events: Iterable[Event], encoding: str) -> Iterator[str]:
    """One line of Python for each event. Where a text is awaited anyway, there is no need to wait for rest before."""
    known = [event for event in events if event.what in _SHOWN]
    for event, following in pairwise([*known, Event(0.0, "", "")]):
        if event.what == "rests" and following.what in ("hears", "misses", ""):
            continue
        yield f'    ("{_AS.get(event.what, event.what)}", {_literal(event.guest)}, {_data(event.data, encoding)}),\n'


def _data(data: bytes, encoding: str) -> str:
    """A literal of these bytes a person can read, if they are text at all."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return repr(data)
    return f'{_literal(text)}.encode("{encoding}")' if text else 'b""'


def _printable(text: str) -> str:
    """The text without what a screen would obey: a server may have sent anything."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _literal(text: str) -> str:
    """A string literal in double quotes; what is no visible letter is escaped, so that nothing in it can end the literal."""
    return '"' + "".join(letter if letter.isprintable() and letter not in '"\\' else _escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    return '\\"' if letter == '"' else letter.encode("unicode_escape").decode("ascii")
