"""The interview: talk to a server nobody knows and infer how it speaks.

Two guests come one after the other, each gives a name without being asked twice, then they talk. What the first one saw of the second tells
nearly everything: was the name taken or relayed, who stands before a text, is there a newline, an echo, a notice. Then a third comes (is
there a seat?), and some leave. Each way of framing is tried on a fresh server, as a half-read line would confuse the next try.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from grading.chat import STEP_LIMIT
from grading.links import Link
from grading.model import observe
from grading.server import NoConnection, Server
from grading.stillness import Rest
from grading.verdicts import Infra
from reference.dialect import Author, Dialect

FRAMINGS: Final = ("none", "lines")
_WORDS: Final = "amber birch cloud delta ember flint grove heron inlet joker koala lemon maple olive pearl raven salmon tulip violin walnut".split()
_SYLLABLES: Final = [consonant + vowel for consonant in "blmnrv" for vowel in "aeio"]
_TIME: Final = re.compile(r"\b\d{1,2}:\d{2}(:\d{2})?(\.\d+)?\b")
_DATE: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b")


@dataclass(frozen=True)
class Learned:
    """What an interview found out.

    Attributes:
        understood: a text of one guest reached another, so the dialect is to be trusted.
        seats: 2 where a third guest is not let in, None otherwise.
        model: how the server was seen to work: "threads", "select", "blocking", "asyncio", "other".
        timers_matter: it sends when a timer wakes it, so its pauses must be waited for.
        remarks: what a teacher may want to know, in Russian.
    """

    dialect: Dialect
    understood: bool
    seats: int | None = None
    model: str = "other"
    timers_matter: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hints:
    """What the source code says: the author put in by the client's listing ("client", "nobody" or ""), and words that may end a session."""

    author: str = ""
    quit_words: tuple[str, ...] = ()


class _Late(Exception):  # noqa: N818
    """A timer of the server led to bytes: everything has to be asked again, waiting for timers."""


def interview(open_server: Callable[[], Server], hints: Hints, dice: random.Random, given: Dialect | None = None) -> Learned:
    """Talks to fresh servers until one way of talking is understood.

    Args:
        open_server: gives a started server with nobody in it; each call a new one, closing the former.
        given: what lab.toml says; its framing alone is then tried.

    Raises: Infra; NotStarted and sandbox errors of `open_server`.
    """
    best: Learned | None = None
    for framing in FRAMINGS if given is None else (given.framing,):
        learned = _attempt(open_server, hints, dice, framing)
        if learned.understood:
            return learned
        best = best or learned
    assert best is not None
    return best


def _attempt(open_server: Callable[[], Server], hints: Hints, dice: random.Random, framing: str) -> Learned:
    server = open_server()
    try:
        return _Talk(server, hints, dice, framing).run()
    except _Late:
        server = open_server()
        server.clock.timers_matter = True
        return _Talk(server, hints, dice, framing).run()


class _Voice:
    """One guest of the interview."""

    def __init__(self, name: str, link: Link) -> None:
        self.name, self.link, self._taken = name, link, 0

    def take(self) -> str:
        """What came since the last time."""
        piece = bytes(self.link.inbox[self._taken :])
        self._taken += len(piece)
        return piece.decode("utf-8", errors="replace")


class _Talk:
    """One conversation of questions with one server."""

    def __init__(self, server: Server, hints: Hints, dice: random.Random, framing: str) -> None:
        self.server, self.clock, self.hints, self.dice = server, server.clock, hints, dice
        self.end = "\n" if framing == "lines" else ""
        self.framing = framing
        self._may_restart = not self.clock.timers_matter
        self._texts = 0

    # -- acting

    def come(self, name: str) -> _Voice:
        self._act()
        voice = _Voice(name + "".join(self.dice.choices(_SYLLABLES, k=2)), self.server.connect(name))
        self.rest()
        return voice

    def say(self, voice: _Voice, text: str) -> None:
        self._act()
        try:
            voice.link.send((text + self.end).encode())
        except OSError:
            pass
        self.rest()

    def text(self) -> str:
        """A text like no other: three words and a number."""
        self._texts += 1
        return " ".join(self.dice.sample(_WORDS, 3)) + f" {self.dice.randrange(1000, 9999)}{self._texts}"

    def rest(self, *, patient: bool = False) -> None:
        if self.clock.settle(time.monotonic() + STEP_LIMIT, patient=patient) is Rest.LATE:
            raise Infra("the machine is too busy: things were still moving at the deadline of the interview")

    def _act(self) -> None:
        self.clock.before_acting()
        if self.clock.timers_matter and self._may_restart:
            raise _Late

    # -- the questions

    def run(self) -> Learned:
        """Asks everything. A server that ends or refuses in the middle is simply not understood."""
        try:
            return self._converse()
        except NoConnection as error:
            return Learned(Dialect(named_by="nobody", author="unknown", relay="{text}"), False, remarks=(f"подключиться не удалось: {error}",))

    def _converse(self) -> Learned:
        anna = self.come("Anna")
        greeting = anna.take()
        self.say(anna, anna.name)
        welcome_anna = anna.take()
        boris = self.come("Boris")
        greeting_boris, saw_coming = boris.take(), anna.take()
        self.say(boris, boris.name)
        welcome_boris, saw_naming = boris.take(), anna.take()
        alternate = False
        first = self.text()
        self.say(boris, first)
        heard, own = anna.take(), boris.take()
        if first not in heard:
            self.rest(patient=True)
            heard, own = heard + anna.take(), own + boris.take()
        if first not in heard:  # perhaps it is Anna's turn
            self.say(anna, self.text())
            heard, own = heard + anna.take(), own + boris.take()
            alternate = first in heard
        if first not in heard:
            prompt = greeting or (greeting_boris if greeting_boris and greeting_boris in saw_coming else "")
            guess = Dialect(prompt=prompt, named_by="prompt" if prompt else "first-message", author="unknown", relay="{text}", framing=self.framing)
            return Learned(guess, False, model=observe(self.server.threads()), timers_matter=self.clock.timers_matter)
        return self._understand(anna, boris, alternate, first, heard, own, greeting, greeting_boris, saw_coming, saw_naming, welcome_anna, welcome_boris)

    def _understand(
        self, anna: _Voice, boris: _Voice, alternate: bool, first: str, heard: str, own: str, greeting: str, greeting_boris: str,
        saw_coming: str, saw_naming: str, welcome_anna: str, welcome_boris: str,
    ) -> Learned:  # fmt: skip
        before, after = _around(heard, first)
        named = boris.name in before + after or not self._was_relayed(boris, saw_naming, before, after, anna, greeting_boris)
        second = self.text()
        self.say(anna, second)
        heard_boris = boris.take()
        if second not in heard_boris:
            alternate = True
            self.say(boris, self.text())
            heard_boris += boris.take()
        before_anna, after_anna = _around(heard_boris, second) if second in heard_boris else (before, after)
        author = self._author(before, after, before_anna, after_anna, boris)
        framing, after = self._framing(after)
        relay = _template(before + "{text}" + after, boris, clock=True) if author in ("server", "label") else before + "{text}" + after
        prompt = ""
        if named:
            prompt = greeting or (greeting_boris if greeting_boris in saw_coming else "")
        notice = saw_coming if not named else saw_coming.replace(prompt, "", 1) + saw_naming
        joined = _template(notice.replace(first, ""), boris).strip()
        if not named and boris.name in joined:
            joined = ""
        welcome = (welcome_boris or welcome_anna) if named else greeting
        welcome = welcome.replace(_fill(joined, boris), "", 1) if joined else welcome
        welcome = welcome.replace(before + boris.name + after, "").replace(boris.name, "{name}").strip()
        if not named and greeting != greeting_boris and not greeting:
            welcome = ""
        seats, third = self._third(anna, boris, alternate, named)
        model = observe(self.server.threads())
        left, quit_word = ("", "") if alternate or seats else self._departures(anna, third, named)
        dialect = Dialect(
            prompt=prompt, named_by=("prompt" if prompt else "first-message") if named else "nobody", author=author, relay=relay,
            echo=first in own, welcome=welcome, joined=joined, left=left, quit=quit_word, framing=framing,
            turns="alternate" if alternate else "free",
        )  # fmt: skip
        return Learned(dialect, True, seats, model, self.clock.timers_matter)

    def _was_relayed(self, boris: _Voice, saw_naming: str, before: str, after: str, anna: _Voice, greeting_boris: str) -> bool:
        """Whether the first thing Boris sent was passed on like any text, so that this server has no names."""
        like_a_text = _shape(before + boris.name + after).strip()
        if boris.name in saw_naming:
            return _shape(saw_naming).strip().endswith(like_a_text) and (before.strip() != "" or saw_naming.strip() == boris.name)
        # in turns Anna's first words may have been passed on instead, as soon as Boris was there
        return anna.name in greeting_boris and _shape(greeting_boris).strip().endswith(_shape(before).lstrip() + anna.name)

    def _author(self, before: str, after: str, before_anna: str, after_anna: str, boris: _Voice) -> Author:
        if boris.name in before or boris.name in after:
            return "server"
        if _without_clock(before + after) != _without_clock(before_anna + after_anna) or str(boris.link.local[1]) in before + after:
            return "label"
        known = {"client": "client", "nobody": "nobody"}
        return known.get(self.hints.author, "unknown")  # type: ignore[return-value]

    def _framing(self, after: str) -> tuple[str, str]:
        if self.framing == "lines":
            return "lines", after.removesuffix("\n").removesuffix("\r")
        return ("lines-out", after.removesuffix("\n").removesuffix("\r")) if after.endswith("\n") else ("none", after)

    # -- a third, and leaving

    def _third(self, anna: _Voice, boris: _Voice, alternate: bool, named: bool) -> tuple[int | None, _Voice | None]:
        if alternate:
            return 2, None
        try:
            third = self.come("Vera")
        except NoConnection:
            return 2, None
        if named and not third.link.ended:
            self.say(third, third.name)
        text = self.text()
        self.say(boris, text)
        if text in third.take():
            return None, third
        return (2 if third.link.ended or self.server.waiting() else None), third

    def _departures(self, anna: _Voice, third: _Voice | None, named: bool) -> tuple[str, str]:
        if third is None:
            return "", ""
        anna.take()
        left = ""
        leaver: _Voice = third
        for reset in (False, True):
            self._act()
            leaver.link.close(reset=reset)
            self.rest()
            left = _template(anna.take(), leaver).strip()
            if left or reset or self.server.exit_code() is not None:
                break
            leaver = self.come("Gleb")
            if named:
                self.say(leaver, leaver.name)
            anna.take()
        return left, self._quit_word(anna, named)

    def _quit_word(self, anna: _Voice, named: bool) -> str:
        """Which of the words in the code ends the session of the one who says it."""
        for word in self.hints.quit_words[:4]:
            if self.server.exit_code() is not None or self.clock.known_busy:
                return ""
            guest = self.come("Denis")
            if named:
                self.say(guest, guest.name)
            self.say(guest, word)
            if guest.link.ended:
                return word
            self._act()
            guest.link.close()
            self.rest()
        return ""


def _around(stream: str, text: str) -> tuple[str, str]:
    before, _, after = stream.partition(text)
    return before, after


def _shape(text: str) -> str:
    """The text with every number replaced, so that clocks, ports and counters do not tell two labels apart."""
    return re.sub(r"\d+", "#", text)


def _without_clock(text: str) -> str:
    return _TIME.sub("{time}", _DATE.sub("{date}", text))


def _template(text: str, voice: _Voice, *, clock: bool = False) -> str:
    """A notice or label with this guest's name and address made places to fill in."""
    text = text.replace(voice.name, "{name}").replace(str(voice.link.local[1]), "{port}").replace(voice.link.local[0], "{host}")
    return _without_clock(text) if clock else text


def _fill(template: str, voice: _Voice) -> str:
    return template.replace("{name}", voice.name).replace("{port}", str(voice.link.local[1])).replace("{host}", voice.link.local[0])


def with_settings(learned: Learned, given: dict[str, str | bool]) -> Learned:
    """What was learnt, with the fields a lab.toml states put over it."""
    return replace(learned, dialect=replace(learned.dialect, **given)) if given else learned  # type: ignore[arg-type]
