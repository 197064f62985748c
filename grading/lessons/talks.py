"""`talk`: one conversation with a running server, told in plain words, as a picture; the Room says which arrows are wrong."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from grading.chat import Chat
from grading.engine import acquainted
from grading.errors import ConfigError
from grading.guests import Guest
from grading.history import differences
from grading.lab import Lab
from grading.lessons.shown import LessonError, Shown
from grading.lessons.verdicts import SEED
from grading.lessons.works import submission
from grading.messages import _
from grading.options import Options
from grading.reports import brief, steps, swimlane, words
from grading.reports.conversation import arranged
from grading.reports.text import safe
from grading.result import Event, Stuck
from grading.running import NotStarted
from grading.sandbox import SandboxError, StudentBrokeSandbox
from grading.transcript import told
from grading.verdicts import CheckFailed, Infra, NotApplicable
from grading.words import Unique, Vocabulary

ROWS: Final = 60
"""Rows of a picture: a notebook shows the whole conversation it asked for."""
MOST: Final = 40
"""Steps of one conversation: more than anybody reads."""
_NAME: Final = r"(?P<who>[^\W\d_][\w -]{0,30}?)"
_FORMS: Final = {
    "pieces": re.compile(rf"{_NAME}\s+по частям\s*:\s*(?P<text>.*\S)\s*"),
    "says": re.compile(rf"{_NAME}\s*:\s*(?P<text>.*\S)\s*"),
    "joins": re.compile(rf"{_NAME}\s+входит"),
    "connects": re.compile(rf"{_NAME}\s+подключается"),
    "leaves": re.compile(rf"{_NAME}\s+уходит"),
    "vanishes": re.compile(rf"{_NAME}\s+пропадает"),
}
"""What may be told, in Russian whatever the reader's language: the notebooks are."""
_EXAMPLES: Final = "«Анна входит», «Анна подключается», «Анна: Привет», «Анна по частям: Привет», «Анна уходит», «Анна пропадает»"


@dataclass(frozen=True)
class Step:
    """One step: who does what ("joins", "connects", "says", "pieces", "leaves", "vanishes"), and the words."""

    what: str
    who: str
    text: str = ""


def talk(work: Any, *said: str, inside: str | os.PathLike[str] = "") -> Shown:
    """Has one conversation with the server, in the sandbox, and shows who heard what.

    Args:
        work, inside: as in `grading.lessons.works.submission`.
        said: the steps: "Анна входит" (and gives her name), "Анна подключается" (and is silent), "Анна: Привет", "Анна по частям: Привет"
            (in two pieces), "Анна уходит", "Анна пропадает" (her connection is reset).

    Returns: the picture; what did not come or came wrong is marked, and below the words stands where the server waits then.
    Raises: LessonError for a step that cannot be read or that nobody can take.
    """
    told_steps = _sensible([_read(one) for one in said])
    handed_in = submission(work, inside)
    options = Options(seed=SEED, calm=True)
    try:
        with acquainted(handed_in, options) as (bench, lab):
            try:
                lab.starts()
                chat, _fresh = bench.chat("talk", fresh=True)
            except CheckFailed as failure:
                return _words([failure.actual], lab.stuck)
            except NotStarted:
                return _words([_("раньше он запустился, а теперь порт не слушает")], ())
            chat.words = _AsSaid(random.Random(SEED))
            return _shown(chat, lab, _have(chat, told_steps))
    except StudentBrokeSandbox as broken:
        return _words([_("сервер сломал песочницу: {how}").format(how=broken)], ())
    except NotApplicable as reason:  # who sits at the server's own keyboard can neither leave nor vanish
        raise LessonError(_("С этим сервером так не поговорить: {why}.").format(why=reason)) from reason
    except ConfigError as error:
        raise LessonError(str(error)) from error
    except (SandboxError, Infra) as error:
        raise LessonError(_("Проверить не удалось, и сервер в этом не виноват: {why}").format(why=safe(str(error)))) from error


# -- reading the steps


def _read(said: str) -> Step:
    for what, form in _FORMS.items():
        if found := form.fullmatch(str(said).strip()):
            return Step(what, found["who"], found.groupdict().get("text") or "")
    raise LessonError(_("Непонятный шаг «{step}». Бывают такие: {known}.").format(step=safe(str(said)), known=_EXAMPLES))


def _sensible(told_steps: Sequence[Step]) -> Sequence[Step]:
    """The steps as they are. Raises LessonError where somebody acts who is not there, or two texts could not be told apart."""
    if not told_steps:
        raise LessonError(_("В разговоре нет ни одного шага."))
    if len(told_steps) > MOST:
        raise LessonError(_("В разговоре слишком много шагов: {n}, а показать можно {most}.").format(n=len(told_steps), most=MOST))
    there: set[str] = set()
    for step in told_steps:
        if step.what in ("joins", "connects"):
            if step.who in there:
                raise LessonError(_("{who} уже в чате и второй раз не войдёт.").format(who=step.who))
            there.add(step.who)
        elif step.who not in there:
            raise LessonError(_("Гостя {who} в чате нет: сначала надо войти.").format(who=step.who))
        if step.what in ("leaves", "vanishes"):
            there.remove(step.who)
    _must_differ([step.text for step in told_steps if step.text])
    return told_steps


def _must_differ(texts: Sequence[str]) -> None:
    """A text is looked for in all that came: it must not stand inside another."""
    for number, text in enumerate(texts):
        for other in texts[number + 1 :]:
            short, long = sorted((text, other), key=len)
            if short in long:
                alike = _("Реплики должны различаться, а «{short}» есть и в «{long}».")
                raise LessonError(alike.format(short=safe(short), long=safe(long)))


# -- having the conversation


class _AsSaid(Vocabulary):
    """Guests are called what the lesson calls them; texts are sent as they are."""

    def name(self, name: str) -> str:
        return name


def _have(chat: Chat, told_steps: Sequence[Step]) -> CheckFailed | None:
    """Takes the steps one after another; returns what ended the conversation early, None if nothing did."""
    guests: dict[str, Guest] = {}
    try:
        for group in _together(told_steps):
            _perform(chat, group, guests)
            chat.settle()
            chat.transcript.look(chat.everybody)
            _judge(chat)
        chat.survives(_("сервер работает и после разговора"))
    except CheckFailed as failure:
        with suppress(CheckFailed):
            chat.settle(sure=True)
        return failure
    return None


def _together(told_steps: Sequence[Step]) -> Iterator[Sequence[Step]]:
    """One by one, but for those who come one right after another: a server for two may ask for names only once both are there."""
    coming: list[Step] = []
    for step in told_steps:
        if step.what == "joins":
            coming.append(step)
            continue
        if coming:
            yield coming
            coming = []
        yield [step]
    if coming:
        yield coming


def _perform(chat: Chat, group: Sequence[Step], guests: dict[str, Guest]) -> None:
    step = group[0]
    match step.what:
        case "joins":
            names = [one.who for one in group]
            guests.update(zip(names, chat.join(*names), strict=True))
        case "connects":
            guests[step.who] = chat.connect(step.who)
        case "says":
            chat.say(guests[step.who], Unique(step.text))
        case "pieces":
            chat.cut_in_two(guests[step.who], Unique(step.text))
        case "leaves":
            guests[step.who].leaves()
        case "vanishes":
            guests[step.who].vanishes()


def _judge(chat: Chat) -> None:
    """Marks what is wrong with what everybody has by now, each thing once."""
    known = {(event.guest, event.data) for event in chat.transcript.events if event.wrong}
    for hearer in chat.guests:
        names = {guest: guest.called for guest in chat.everybody if guest.called}
        for found in differences(chat.oracle, hearer, bytes(hearer.heard), b"", names):
            if (str(hearer), found.said.data) not in known:
                wrong = "missing" if found.kind == "lost" else found.kind
                chat.note(hearer, "hears" if found.times else "misses", found.said.data, wrong)


# -- what is shown


def _shown(chat: Chat, lab: Lab, failure: CheckFailed | None) -> Shown:
    events = told(chat, failure)
    wrong = any(event.wrong for event in events)
    remarks = [failure.actual] if failure is not None else []
    if place := lab.traced(chat.server.output()):
        last = [line.strip() for line in chat.server.output().splitlines() if line.strip()][-1]
        known = any(last in remark for remark in remarks)
        what = _("ошибка возникла здесь: {place}") if known else _("сервер напечатал: {line} ({place})").replace("{line}", last)
        remarks.append(what.replace("{place}", place))
    stuck = lab.in_source(chat.server.waiting(), chat.server.sandbox.lab) if wrong or failure is not None else ()
    return _words(remarks, stuck, events)


def _words(remarks: Sequence[str], stuck: Sequence[Stuck], events: Sequence[Event] = ()) -> Shown:
    board = arranged(events, ROWS)
    below = [*map(safe, remarks), *(f"{words.where(thread)}: {safe(brief.stuck(thread))}" for thread in stuck)]
    title = _("Разговор с сервером")
    picture = swimlane.drawn(board, title=title, timed=False)
    text = "\n".join([f"{title}:", *steps.plainly(board), *below])
    return Shown(html="".join(f"<p>{escape(line)}</p>" for line in below), text=text, svg=picture)
