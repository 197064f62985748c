"""The student's own clients talk to one another, as people at three terminals would make them.

What is shown is believed: a text on another's screen has come. That it does not come is called a failure only where nothing about the
clients is in doubt: they were let in by a server that the interview understood, the text did leave its author's program, more than once,
and the hearer's program could be talked with as well. A client that wants something we do not understand is `n/a`, never a failure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from grading import story
from grading.chat import Chat
from grading.eyes import Waiting
from grading.keyboard import answer_of_client
from grading.lab import Lab
from grading.messages import N_, _
from grading.screens import Line, Person, Screens
from grading.stillness import Rest
from grading.submission.client_programs import ClientProgram, client_programs, other_port
from grading.typed import Typed, all_that_came
from grading.verdicts import CheckFailed, NotApplicable
from grading.wire import answers_of

ROUNDS: Final = 3
"""How often everybody says something before a text is called missing: a program may take the first lines for answers to questions."""
_MOST_QUESTIONS: Final = 6
_TAIL: Final = 160
"""Characters of a screen that a report quotes."""
_NAMED: Final = {
    "Борис": (N_("у Бориса"), N_("набрал Борис")),
    "Вера": (N_("у Веры"), N_("набрала Вера")),
    "Глеб": (N_("у Глеба"), N_("набрал Глеб")),
}
"""What sentences say of a person: whose a thing is, and who typed it."""
_ERROR: Final = re.compile(r"^((?:\w+\.)*\w*(?:Error|Exception|timeout|Interrupt)\b.*)$", re.MULTILINE)
_OUR_DOING: Final = re.compile(r"(ValueError|IndexError|KeyError|EOFError|ImportError|ModuleNotFoundError|FileNotFoundError)\b")
"""Errors that what we typed, or what is not installed here, may have led to."""
_REFUSED: Final = re.compile(r"Connection ?Refused|Errno 111", re.IGNORECASE)
"""What the screen says of a refused connection; asked only where the kernel does not tell."""


class OwnClients:
    """The people at their terminals, in one chat of the student's."""

    def __init__(self, chat: Chat, lab: Lab, *, understood: bool) -> None:
        """`understood`: whether an interview understood the server. Raises NotApplicable where there is no client to run."""
        self.programs, why = client_programs(lab.submission)
        if not self.programs:
            raise NotApplicable(why)
        if chat.dialect.transport == "console":
            raise NotApplicable(_("второй собеседник сидит за клавиатурой сервера"))
        self.chat, self.lab, self.understood = chat, lab, understood
        self.in_turns = chat.seats == 2 or chat.dialect.turns == "alternate"
        self.screens = Screens(chat.server)
        self._blamed: Person | None = None
        self._udp = lab.facts.transport == "udp"  # there are no connections to be seen, so nothing can be called missing either
        self._with_arguments = False
        self._helped = False  # a client asked for the address, or may have, or was given it on its command line

    def waiting(self) -> list[Waiting]:
        """Where the program stands in which something was missed."""
        blamed = self._blamed
        return [] if blamed is None or self.screens.ended(blamed) else self.screens.waiting(blamed)

    def close(self) -> None:
        """Ends the clients; the server stays."""
        self.screens.close()

    # -- coming in

    def sit_down(self, *names: str) -> None:
        """One after another they start the program and tell it their names; a chat for two takes the first two.

        Clients that ask before they connect may be started together: whoever answers first still comes first.

        Raises: CheckFailed, NotApplicable.
        """
        seats = list(enumerate(names[:2] if self.in_turns else names))
        ahead: list[Person] = []
        for number, name in seats:
            person = ahead.pop(0) if ahead else self._started([(number, name)])[0]
            program = self._program(number)
            if self.screens.ended(person) and program.wants and not self._with_arguments:
                self.screens.leave(person)
                self._helped = self._with_arguments = True
                (person,) = self._started([(number, name)])
            asks_first = self.screens.reads(person) and self.screens.line(person) is None
            self.chat.transcript.add(str(person), "connects")
            self._introduce(person)
            for other in self.screens.people[:number]:
                if self.screens.ended(other):
                    self._ended(other, Typed(person, person.called, [], [other]))
            if self.screens.ended(person) or self.screens.line(person) is None:
                self._not_connected(person)
            if number == 0 and asks_first and len(self.programs) == 1:
                ahead = self._started(seats[1:])

    def _program(self, number: int) -> ClientProgram:
        return self.programs[number % len(self.programs)]

    def _started(self, seats: Sequence[tuple[int, str]]) -> list[Person]:
        """Starts a program at each of these seats, and waits until all have come to rest."""
        people = []
        for number, name in seats:
            program, called = self._program(number), self.chat.words.name(name)
            arguments = [self._told(kind, called) for kind in program.wants] if self._with_arguments else []
            people.append(self.screens.start(name, called, [*program.argv, *arguments], program.cwd))
        self.screens.have_started()
        return people

    def _introduce(self, person: Person) -> None:
        """Answers what the program asks; whoever is never asked for a name says it as the first line."""
        host, port = self.chat.server.addresses[0][1]
        for _question in range(_MOST_QUESTIONS):
            if self.screens.ended(person) or not self.screens.reads(person):
                return
            reply = answer_of_client(person.news, host, port, person.called)
            if self.screens.line(person) is not None or (self._udp and person.told):
                reply = self._said_inside(person, reply)
                if reply is None:
                    return
                person.told += 1
            else:
                address = reply in (host, str(port), f"{host}:{port}")
                guess = reply is None and not self._refused(person)  # a name may be typed at a question for the address, too
                self._helped = self._helped or address or guess
                person.told += reply in (None, person.called)
            self.screens.type(person, reply or person.called)
            self.screens.settle(sure=self.screens.line(person) is None)  # one that has to connect yet must have had the time to

    def _said_inside(self, person: Person, reply: str | None) -> str | None:
        """What somebody connected types before the talk: the name, and what the server asks after it; None when that is done."""
        if not person.told:
            return person.called
        dialect = self.chat.dialect
        answers = answers_of(dialect.then) if dialect.says == "{text}" else [""]
        if person.told > len(answers):
            return None
        return person.called if reply == person.called else answers[person.told - 1].replace("{name}", person.called) or None

    def _told(self, kind: str, called: str) -> str:
        host, port = self.chat.server.addresses[0][1]
        return {"host": host, "port": str(port)}.get(kind, called)

    # -- talking

    def talk(self) -> None:
        """Each types something, and it stands on all the other screens. Raises CheckFailed, NotApplicable."""
        rounds: list[list[Typed]] = []
        while len(rounds) < ROUNDS:
            typed = [self._say(author) for author in self.screens.people]
            if self.in_turns:  # there a text may wait for the other's turn
                for one in typed:
                    one.look_again()
            if not any(one.missing for one in typed):
                return
            rounds.append(typed)
            for one in typed:
                self._hung_up(one)
            if self.screens.busy or self.screens.restless:
                break
        self._judge(rounds)

    def _say(self, author: Person) -> Typed:
        others = [person for person in self.screens.people if person is not author]
        before = self.screens.lines(self.screens.people)
        inside = [person for person in others if _accepted(before, person)]
        typed = Typed(author, f"слышно меня? {self.chat.words.nonsense()}", inside, others)
        marks = {person.name: len(person.terminal.screen) for person in others}
        self.screens.type(author, typed.text)
        self.chat.transcript.add(str(author), "says", typed.text.encode())
        if self.screens.settle(lambda: all(person.sees(typed.text) for person in others), patient=True) is Rest.CAME:
            typed.missing = []
            self._shown(typed, others)
            return typed
        typed.look_again()
        self._shown(typed, others)
        after = self.screens.lines(self.screens.people)
        stays = _accepted(after, author) and author.name in before
        typed.left = after[author.name].sent - before[author.name].sent if stays else 0
        typed.fell_out = [person for person in inside if not _accepted(after, person)]
        typed.instead = {person.name: person.shown_since(marks[person.name]) for person in typed.missing}
        typed.read = [person for person in typed.missing if not typed.instead[person.name] and _has_read(before, after, person)]
        if typed.missing:
            self._alive(typed)
            self._could_send(typed)
        return typed

    def _shown(self, typed: Typed, others: Sequence[Person]) -> None:
        for person in others:
            if person not in typed.missing:
                self.chat.transcript.add(str(person), "hears", typed.text.encode(), by=str(typed.author))

    # -- judging

    def _sure(self) -> None:
        """Raises NotApplicable where a failure could be our own misunderstanding."""
        if not self.understood:
            raise NotApplicable(_("как говорит сервер, понять не удалось, поэтому и о клиентах судить нельзя"))
        if self.screens.busy or self.screens.restless:
            raise NotApplicable(_("одна из программ не останавливается ни на миг: нельзя доказать, что больше ничего не придёт"))

    def _alive(self, typed: Typed) -> None:
        """A text is missing: has somebody crashed?"""
        for person in self.screens.people:
            if self.screens.ended(person):
                self._ended(person, typed)
        if self.chat.server.exit_code() is not None:
            self._sure()
            raise self._failed(typed, typed.missing[0], story.why_not(self.chat, _("разговор оборвался")))

    def _could_send(self, typed: Typed) -> None:
        """The thread that sends may die of an error while the program goes on: only what has come up since the text was typed counts."""
        news, author = typed.author.news, typed.author
        error, place = _error(news), self.lab.traced(news)
        if error and place and not _OUR_DOING.match(error):
            self._sure()
            silent = _("{whose} клиент ничего не отправил: {error} ({place})").format(whose=_whose(author), error=error, place=place)
            raise self._failed(typed, typed.missing[0], silent, author)

    def _ended(self, person: Person, typed: Typed) -> None:
        """A client ended in the talk. Its own error is a failure; anything else may be our misunderstanding."""
        error = _error(person.screen)
        if not error or (typed.author is person and _OUR_DOING.match(error)):
            raise NotApplicable(_("клиент завершился сам; на его экране: «{text}»").format(text=self._tail(person.screen)))
        self._sure()
        place = self.lab.traced(person.screen)
        hearer = person if person in typed.missing else typed.missing[0]
        ended = _("клиент {whose} завершился с ошибкой: {error}").format(whose=_whose(person), error=error)
        raise self._failed(typed, hearer, ended + (f" ({place})" if place else ""))

    def _not_connected(self, person: Person) -> None:
        """Raises CheckFailed where the client goes to another port by its own code; NotApplicable for any other reason."""
        port = self.chat.server.addresses[0][1][1]
        screen = self._tail(person.screen)
        chosen_here = self._helped or self.chat.server.answers or self.lab.submission.settings.args or port >= story.EPHEMERAL
        if self._refused(person) and not chosen_here and other_port(self.lab.submission, port):
            self._sure()
            raise CheckFailed(
                _("клиент подключается к серверу, порт {port}").format(port=port),
                _("клиент идёт на другой порт: в его коде {port} нет; на его экране: «{text}»").format(port=port, text=screen),
            )
        if not self._udp or self.screens.ended(person):
            raise NotApplicable(_("клиент не подключился к серверу; на его экране: «{text}»").format(text=screen))

    def _refused(self, person: Person) -> bool:
        refused = self.screens.refused(person)
        return _REFUSED.search(person.screen) is not None if refused is None else refused

    def _hung_up(self, typed: Typed) -> None:
        """A client has closed its connection because of what another said."""
        for person in typed.missing:
            if typed.sent and person in typed.fell_out:
                self._sure()
                shown = self._tail(typed.instead.get(person.name, ""))
                gone = _("клиент {whose} закрыл соединение; на его экране: «{text}»").format(whose=_whose(person), text=shown)
                raise self._failed(typed, person, gone)

    def _judge(self, rounds: list[list[Typed]]) -> None:
        """A text that was missed again and again between two people who both are in the chat and both talk."""
        self._sure()
        self._frozen(rounds[-1])
        talking = [{one.author.name for one in typed if one.sent or not one.missing} for typed in rounds[-2:]]
        for before, last in zip(rounds[-2], rounds[-1], strict=True):
            for person in last.missing:
                both_in = person in last.inside and person in before.inside and person in before.missing
                if both_in and all({last.author.name, person.name} <= names for names in talking):
                    raise self._failed(last, person, self._instead(last, person))
            came = all_that_came(before, last)
            if came:
                raise self._failed(last, last.missing[0], _("из набранного дошло только «{text}»").format(text=came), last.author)
        screen = self._tail(rounds[-1][0].author.screen)
        raise NotApplicable(_("как обращаться с этим клиентом, понять не удалось; на его экране: «{text}»").format(text=screen))

    def _frozen(self, typed: Sequence[Typed]) -> None:
        """A text is missing where the program waits for itself: nothing that anybody types or sends will wake it."""
        for one in typed:
            for person in one.missing:
                if self.screens.frozen(person):
                    frozen = _("клиент {whose} застыл навсегда: ни сеть, ни клавиатуру он больше не читает").format(whose=_whose(person))
                    raise self._failed(one, person, frozen)

    def _instead(self, typed: Typed, person: Person) -> str:
        if person.sees(typed.text) and person in typed.read:
            return _("клиент это прочёл, но на экране оно появляется, только когда {person} нажмёт Enter").format(person=person)
        if person.sees(typed.text):
            return _("это появляется, только когда {person} отправит что-нибудь своё").format(person=person)
        shown, error = self._tail(typed.instead.get(person.name, "")), _error(person.screen)
        came = _("появилось «{text}»").format(text=shown) if shown else _("не появилось ничего")
        return came + ("; " + _("последняя ошибка клиента: {error}").format(error=error) if error else "")

    def _failed(self, typed: Typed, hearer: Person, actual: str, blamed: Person | None = None) -> CheckFailed:
        self._blamed = blamed or hearer
        self.chat.transcript.add(str(hearer), "misses", typed.text.encode(), by=str(typed.author))
        expected = _("на экране {whose} появляется то, что {typed}: «{text}»")
        who_typed = _(_NAMED[typed.author.name][1])
        return CheckFailed(expected.format(whose=_whose(hearer), typed=who_typed, text=typed.text), actual)

    def _tail(self, text: str) -> str:
        """The end of a screen in one line. The clients' own ports are other ones each time."""
        for port in self.screens.client_ports:
            text = text.replace(str(port), "…")
        return last_words(re.sub(r"\s+", " ", text).strip())


def last_words(text: str) -> str:
    """The end of a text, not from the middle of a word on."""
    return text if len(text) <= _TAIL else "…" + (text[-_TAIL:].partition(" ")[2] or text[-_TAIL:])


def _accepted(lines: dict[str, Line], person: Person) -> bool:
    return person.name in lines and lines[person.name].accepted


def _has_read(before: dict[str, Line], after: dict[str, Line], person: Person) -> bool:
    return person.name in before and person.name in after and after[person.name].read > before[person.name].read


def _whose(person: Person) -> str:
    return _(_NAMED[person.name][0])


def _error(screen: str) -> str:
    """The last error of the last traceback on a screen, "" if there is none."""
    _, traceback, after = screen.rpartition("Traceback (most recent call last)")
    found = _ERROR.findall(after) if traceback else []
    return found[-1][:200] if found else ""
