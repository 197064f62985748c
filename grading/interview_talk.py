"""One talk of the interview: two guests meet on a fresh server, speak in one way, and what they see of each other is understood, or not."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import Final

from grading.inference import Seen, around, guess, held_back, infer, notice_template
from grading.keyboard import asks_for_name
from grading.learned import Hints, Learned, TimersMatter
from grading.messages import _
from grading.model import observe
from grading.quits import guesses
from grading.server import NoConnection, Server
from grading.submission.model import Way
from grading.voices import Voice, Voices, spoken
from grading.wire import Wire, objects_in
from reference.dialect import Dialect
from reference.framing import reads_lines

QUIT_WORDS_TRIED: Final = 4
SECOND_ANSWERS: Final = ("1", "{name}")
"""What may do where more is asked after the name: the number of a room or a colour, any password; the name once more."""
MOST_QUESTIONS: Final = 3
"""At the door, the one for the name among them."""
_ASKS: Final = ("?", ":", ">")
_OFFERED: Final = re.compile(r"[(\[]\s*([^\W\d_]+)\s*(?:/|\||или\b|or\b)[^()\[\]]*[)\]]")
"""The first of the answers a question offers: (да/нет), [y/n]."""


class Talk(Voices):
    """One conversation of questions with one server."""

    def __init__(self, server: Server, hints: Hints, dice: random.Random, way: Way) -> None:
        super().__init__(server, dice, way)
        self.hints = hints
        self.encoding = hints.encoding or self.encoding

    def run(self) -> Learned:
        """Asks everything. A server that ends or refuses in the middle is simply not understood."""
        seen = Seen(framing=self.way.framing, introduced=bool(self.way.hello), hello=self.way.hello)
        try:
            anna, boris = self._introductions(seen)
            self._first_words(seen, anna, boris)
            if seen.first not in seen.heard:
                return self._not_understood(seen, anna.name)
            self._answer(seen, anna, boris)
            dialect = infer(seen, anna.person, boris.person, self.hints.author)
            if dialect.named_by != "nobody" and dialect.author not in ("server", "label"):
                dialect = infer(self._later_words(seen, anna, boris), anna.person, boris.person, self.hints.author)
            dialect = replace(spoken(dialect, self.way), framing=dialect.framing)
            hunches = self._better_ways(seen, dialect, anna, boris)
            if self.hints.encoding and self._passes_on(anna, boris, self.hints.encoding):
                dialect = replace(dialect, encoding=self.hints.encoding)
            return replace(self._rest_of_it(dialect, anna, boris), hunches=hunches)
        except NoConnection as error:
            return Learned(guess(seen), False, model=self._model(), remarks=(_("подключиться не удалось: {why}").format(why=error),))

    def told_alone(self, dialect: Dialect) -> str:
        """What the other of two is told when one leaves; "" for nothing, or nothing but what he was told before: that it is his turn."""
        boris, anna = self._two_who_talked(dialect)
        self.act()
        boris.link.close()
        self.rest()
        before, told = anna.heard, anna.take()
        if not told and dialect.turns == "alternate" and not dialect.echo:
            self.say(anna, self.text())  # until then the server waits for her
            told = anna.take()
        return "" if told.strip() in before else notice_template(told, boris.person)

    def told_at(self, quit: str, dialect: Dialect) -> str | None:
        """What the others are told when a guest who has talked, and not been hung up on, says this; None if he is not hung up on for it,
        or for a word that means nothing as well."""
        boris, anna = self._two_who_talked(dialect)
        otherwise = guesses(self.hints.quit_words, dialect).get(quit)
        if self._is_out(boris, anna) or (otherwise and self._is_out_for(boris, anna, otherwise, dialect)):
            return None
        anna.take()
        self.send(boris, Wire(replace(dialect, quit=quit)).quit(boris.name))
        told = anna.take()
        if dialect.turns == "alternate" and not boris.link.ended:
            self.say(anna, self.text())  # it was hers
        told = "" if quit in told else notice_template(told, boris.person)  # it was passed on besides
        return told if self._is_out(boris, anna) else None

    def _two_who_talked(self, dialect: Dialect) -> tuple[Voice, Voice]:
        """The first to come, whose turn it is where they speak in turns, and another."""
        boris, anna = self.enter("Boris", dialect), self.enter("Anna", dialect)
        for voice in (boris, anna):
            self.say(voice, self.text())
        for voice in (boris, anna):
            voice.heard += voice.take()
        return boris, anna

    def _is_out_for(self, guest: Voice, other: Voice, quit: str, dialect: Dialect) -> bool:
        self.send(guest, Wire(replace(dialect, quit=quit)).quit(guest.name))
        return self._is_out(guest, other)

    def _is_out(self, guest: Voice, other: Voice) -> bool:
        """Whether the server has let a guest go: it has hung up, or, where there are no connections, tells him no more what others say."""
        if guest.link.ended or self.server.transport == "tcp":
            return guest.link.ended
        text = self.text()
        self.say(other, text)
        return text not in guest.take()

    def _not_understood(self, seen: Seen, name: str) -> Learned:
        """Nothing of what Boris said reached Anna. Perhaps more is asked than the name: a room, a password, the name once more."""
        dialect = spoken(guess(seen), self.way)
        hunches: tuple[Way, ...] = ()
        then = self.way.then
        asked_again = then.count("\n") < MOST_QUESTIONS - 2 and seen.welcome_anna.rstrip().endswith(_ASKS)
        if seen.welcome_anna and self.way.hello and (not then or asked_again) and self.way.framing in ("none", "lines"):
            answers = (*_OFFERED.findall(seen.welcome_anna)[-1:], *SECOND_ANSWERS)
            hunches = tuple(replace(self.way, then=f"{then}\n{answer}" if then else answer) for answer in answers)
        welcome = seen.welcome_anna.strip()[:200]
        remarks = (_("На имя «{name}» сервер ответил: «{text}».").format(name=name, text=welcome),) if welcome else ()
        clock = self.clock
        return Learned(dialect, False, None, self._model(), clock.timers_matter, clock.patience, remarks=remarks, hunches=hunches)

    # -- the questions

    def _introductions(self, seen: Seen) -> tuple[Voice, Voice]:
        anna = self.come("Anna")
        seen.greeting_anna = anna.take()
        self.introduce(anna)
        seen.welcome_anna = anna.take()
        if self.server.transport == "udp" and anna.name not in seen.welcome_anna and asks_for_name(seen.welcome_anna.strip()):
            self.knocks, seen.greeting_anna = True, seen.welcome_anna
            self.introduce(anna)
            seen.welcome_anna = anna.take()
        boris = self.come("Boris")
        seen.greeting_boris, seen.coming = boris.take(), anna.take()
        self.introduce(boris)
        seen.welcome_boris, seen.naming = boris.take(), anna.take()
        return anna, boris

    def _first_words(self, seen: Seen, anna: Voice, boris: Voice) -> None:
        def listen() -> bool:
            seen.heard += anna.take()
            seen.own += boris.take()
            return seen.first in seen.heard

        seen.first = self.text()
        self.say(boris, seen.first)
        if listen():
            if self.may_restart and held_back(seen.heard, seen.first, boris.person) and not self._named_again(anna, boris):
                raise TimersMatter
            return
        self.rest(patient=True)
        if not listen():
            hers = self.text()
            self.say(anna, hers)  # perhaps it is Anna's turn
            seen.alternate = listen()
            if hers in seen.heard:  # the echo of her own words, before those that were waiting for them
                seen.heard = around(seen.heard, hers)[1].lstrip("\r\n")

    def _named_again(self, anna: Voice, boris: Voice) -> bool:
        """Whether his bare name comes before each of his texts, as it does where it is sent in a frame of its own."""
        text = self.text()
        self.say(boris, text)
        boris.take()
        return held_back(anna.take(), text, boris.person)

    def _answer(self, seen: Seen, anna: Voice, boris: Voice) -> None:
        seen.second = self.text()
        self.say(anna, seen.second)
        seen.heard_boris = boris.take()
        if seen.second not in seen.heard_boris:
            self.say(boris, self.text())  # perhaps it was his turn
            seen.heard_boris += boris.take()
            seen.alternate = seen.alternate or seen.second in seen.heard_boris

    def _later_words(self, seen: Seen, anna: Voice, boris: Voice) -> Seen:
        """The same with what Boris says next for what he said first, if his name comes with that: a server may forget it only once."""
        text = self.text()
        self.say(boris, text)
        heard, own = anna.take(), boris.take()
        self.say(anna, self.text())  # in turns it is his again
        for voice in (anna, boris):
            voice.take()
        named = text in heard and boris.name in "".join(around(heard, text))
        return replace(seen, first=text, heard=heard, own=own) if named else seen

    def _better_ways(self, seen: Seen, dialect: Dialect, anna: Voice, boris: Voice) -> tuple[Way, ...]:
        """What was passed on may come in objects, the newline may be wanted after the name alone, a command may give the name."""
        way = self.way
        if way.framing not in ("none", "lines") or (way.hello, way.then) != ("{name}", ""):
            return ()
        if objects_in(anna.link.inbox, seen.first):
            return (replace(way, framing="json-lines" if way.framing == "lines" else "json-out"),)
        if reads_lines(dialect.framing) and dialect.turns == "free" and self._passes_on(anna, boris, "utf-8", end=b""):
            return (Way(hello="{name}\n"),)
        if dialect.named_by == "nobody":
            return tuple(one for one in self.hints.ways if one.framing in ("none", "lines") and one.hello not in ("", "{name}"))
        return ()

    def _passes_on(self, anna: Voice, boris: Voice, encoding: str, end: bytes | None = None) -> bool:
        """Whether a text in this encoding reaches the other; `end`: with this instead of what the framing puts after it."""
        text = self.text() if end is not None else f"Это {self.text()} ещё"  # Cyrillic only where it is the question
        message = Wire(spoken(Dialect(encoding=encoding), self.way)).text(text, boris.name)
        self.send(boris, message if end is None else text.encode(encoding) + end)
        heard = text.encode(encoding) in anna.link.inbox
        if end is not None:
            self.send(boris, message[len(text.encode(encoding) + end) :])  # the line is ended, for what follows
        anna.take()
        return heard

    def _rest_of_it(self, dialect: Dialect, anna: Voice, boris: Voice) -> Learned:
        seats, third = (2, None) if dialect.turns == "alternate" else self._third(boris, dialect)
        model = self._model()
        if seats == 2 and dialect.turns == "free" and not self._may_go_on(anna, boris):
            dialect = replace(dialect, turns="alternate")
        if self.server.transport == "tcp" and seats is None:  # over UDP nobody notices that one goes
            dialect = replace(dialect, left=self._leaving(anna, third or boris, dialect))
        if seats is None and third is not None:
            dialect = replace(dialect, quit=self._quit_word(boris, dialect))
        return Learned(dialect, True, seats, model, self.clock.timers_matter, self.clock.patience, self.clock.known_busy)

    def _third(self, boris: Voice, dialect: Dialect) -> tuple[int | None, Voice | None]:
        """(2 if there is no seat for a third, the third)."""
        try:
            third = self.enter("Vera", dialect)
        except NoConnection:
            return 2, None
        text = self.text()
        self.say(boris, text)
        if text in third.take():
            return None, third
        return (2 if third.link.ended or self.server.unaccepted() else None), third

    def _may_go_on(self, anna: Voice, boris: Voice) -> bool:
        """Whether one may speak twice in a row. The questions so far may just have kept the turns of a server for two."""
        texts = [self.text(), self.text()]
        for text in texts:
            self.say(boris, text)
        heard = anna.take()
        return all(text in heard for text in texts)

    def _leaving(self, anna: Voice, leaver: Voice, dialect: Dialect) -> str:
        """What is said when somebody leaves, politely or else by a reset."""
        anna.take()
        for reset in (False, True):
            self.act()
            leaver.link.close(reset=reset)
            self.rest()
            left = notice_template(anna.take(), leaver.person)
            if left or reset or self.server.exit_code() is not None:
                return left
            leaver = self.enter("Gleb", dialect)
            anna.take()
        return ""

    def _quit_word(self, other: Voice, dialect: Dialect) -> str:
        """Which of the words in the code ends the session of the one who says it."""
        said = guesses(self.hints.quit_words[:QUIT_WORDS_TRIED], dialect)
        for quit, otherwise in said.items():
            if self.server.exit_code() is not None or self.clock.known_busy:
                return ""
            guest = self.enter("Denis", dialect)
            if not (otherwise and self._is_out_for(guest, other, otherwise, dialect)) and self._is_out_for(guest, other, quit, dialect):
                return quit
            self.act()
            guest.link.close()
            self.rest()
        return ""

    def _model(self) -> str:
        return "udp" if self.server.transport == "udp" else observe(self.server.threads())
