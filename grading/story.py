"""What happened, in words for the student: what is missing, what came instead, what else is wrong with the server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from grading.guests import Guest
from grading.history import Difference
from grading.messages import _, ngettext
from grading.oracle import Said, label_after, label_before, matched
from grading.running import NotStarted
from grading.verdicts import CheckFailed

if TYPE_CHECKING:
    from grading.conversation import Conversation

EPHEMERAL: Final = 32768
"""First of the ports Linux gives to a server that asks for port 0 (ip_local_port_range)."""


_KNOWN: Final = b"\0"  # stands for texts that came as they should; no text holds it
_PLACES: Final = {
    "{time}": r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?",
    "{date}": r"[\d./-]{8,10}",
    "{host}": r"[\d.:]+",
    "{port}": r"\d+",
}
_NOW: Final = re.compile(rf"(?<![\d.:]){_PLACES['{time}']}(?![\d:])")


def _timeless(text: str) -> str:
    """A label without the time it shows: the same server gets the same report at any hour."""
    return _NOW.sub("…", text)


def short(chat: Conversation, said: Said[Guest]) -> str:
    """A text for a sentence: long ones are cut, with their size said."""
    text = _read(chat, said.data)
    size = ngettext("{n} байт", "{n} байта", len(said.data))
    return text if len(text) <= 80 else f"{text[:50]}… ({size})"


def _read(chat: Conversation, data: bytes) -> str:
    return data.decode(chat.dialect.encoding, errors="replace")


def missing(chat: Conversation, hearer: Guest, said: Said[Guest]) -> str:
    """What came at `hearer` instead of a text: its beginning, something else, or nothing."""
    stream = bytes(hearer.heard)
    for other in chat.oracle.said:  # texts that begin alike must not be taken for a piece of this one
        stream = stream.replace(other.data, _KNOWN)
    whole = matched(stream, said.data)
    if whole >= min(8, len(said.data)):
        at = stream.find(said.data[:whole]) + whole
        came = _read(chat, stream[at : at + 40])
        begins = ngettext("первый {n} байт из {most} верен", "первые {n} байта из {most} верны", whole, most=len(said.data))
        then = _("«{text}»").format(text=_timeless(came)) if came else _("ничего")
        return _("пришло не целиком: {begins}, дальше {then}").format(begins=begins, then=then)
    new = _news(chat, _read(chat, stream[stream.rfind(_KNOWN) + 1 :]))
    if not new:
        return _("{hearer} не слышит ничего").format(hearer=hearer)
    return _("пришло «{text}»").format(text=_timeless(new)[-160:])


def _news(chat: Conversation, text: str) -> str:
    """What came, without the rest of the message before it, and without what every newcomer is told."""
    after = chat.dialect.relay.partition("{text}")[2]
    text = text.removeprefix(after)
    text = text.lstrip('"]}') if chat.dialect.framing.startswith("json") else text
    for known in (chat.dialect.prompt, chat.dialect.welcome):
        text = text.replace(known, "") if known else text
    return text.strip()


def _shown(chat: Conversation, label: str) -> str:
    """A label for a sentence: its last line, for notices may stand before it, without the prompt that may begin it."""
    lines = label.rpartition(chat.dialect.prompt)[2].strip().splitlines() if chat.dialect.prompt else label.strip().splitlines()
    return _timeless(lines[-1].strip())[-80:] if lines else ""


def otherwise(chat: Conversation, difference: Difference[Guest]) -> tuple[str, str]:
    """(expected, actual) for something the Room would have done otherwise."""
    hearer, said = difference.hearer, difference.said
    words = {"hearer": hearer, "author": said.author, "text": short(chat, said)}
    expected = _("{hearer} один раз слышит, что говорит {author}: «{text}»").format(**words)
    match difference.kind:
        case "duplicated":
            return expected, _("сообщение пришло не один раз, а {times}").format(times=difference.times)
        case "reordered":
            actual = _("у гостя {hearer} порядок нарушен на «{text}»").format(**words)
            return _("сообщения, которые шлёт {author}, приходят по порядку").format(**words), actual
        case "leaked":
            actual = _("пришло то, что говорит {author}: «{text}»").format(**words)
            return _("{hearer} уже не в чате и ничего больше не слышит").format(**words), actual
        case "misattributed":
            actual = _("перед сообщением «{text}» стоит «{label}»").format(**words, label=_shown(chat, difference.between))
            return _("{hearer} видит, что говорит {name}").format(**words, name=said.author.called), actual
        case "torn":
            return expected, _("внутри сообщения оказалось «{text}»").format(text=_timeless(difference.between.strip())[:80])
    return expected, missing(chat, hearer, said)


def why_not(chat: Conversation, what: str) -> str:
    """`what`, and whatever is plainly wrong with the server now."""
    code = chat.server.exit_code()
    if code is not None:
        how = exit_words(code, flooded=chat.server.flooded)
        return f"{what}; " + _("сервер завершился {how}").format(how=how) + _last_error(chat.server.output())
    closed = [str(guest) for guest in chat.guests if guest.link.ended]
    if closed:
        what += "; " + _("сервер закрыл соединение: {guests}").format(guests=", ".join(closed))
    if chat.clock.known_busy:
        what += "; " + _("сервер занят бесконечным циклом")
    waiting = chat.server.unaccepted()
    if waiting:
        what += "; " + _("ждут, пока сервер вызовет accept: {n}").format(n=waiting)
    return what + _last_error(chat.server.output())


def not_again(failure: NotStarted, output: str) -> str:
    """Why a second start failed."""
    ended = failure.code is not None
    words = exit_words(failure.code or 0, flooded=failure.flooded)
    how = _("второй запуск завершился {how}").format(how=words) if ended else _("второй запуск порт не слушает")
    lines = output.strip().splitlines()
    printed = "; " + _("последнее, что он напечатал: {line}").format(line=lines[-1].strip()[:200]) if lines else ""
    return how + (_last_error(output) or printed)


def exit_words(code: int, *, flooded: bool = False) -> str:
    """How a program ended, after "it ended"; `flooded`: we ended it, because it printed too much."""
    if flooded:
        return _("по сигналу {n} (напечатано больше 64 МиБ, и проверка прервала работу)").format(n=-code)
    return _("по сигналу {n}").format(n=-code) if code < 0 else _("с кодом {n}").format(n=code)


_ERROR: Final = re.compile(r"^(\w+(?:\.\w+)*(?:Error|Exception|Interrupt)\b.*)$", re.MULTILINE)


def _last_error(output: str) -> str:
    """The last line of the last traceback the server printed."""
    if "Traceback (most recent call last)" not in output:
        return ""
    found = _ERROR.findall(output)
    return "; " + _("последняя ошибка сервера: {error}").format(error=found[-1][:200]) if found else ""


def unlabelled(chat: Conversation, hearer: Guest) -> bytes:
    """What a guest received without the labels the server puts before and after texts."""
    stream = bytes(hearer.heard)
    before, _, after = chat.dialect.relay.partition("{text}")
    names = "|".join(re.escape(guest.called) for guest in chat.everybody if guest.called)
    for label in (before, after + "\n" if chat.dialect.framing in ("lines-out", "json-out") else after):
        pattern = re.escape(label).replace(r"\{", "{").replace(r"\}", "}").replace("{name}", f"(?:{names})")
        for place, form in _PLACES.items():
            pattern = pattern.replace(place, form)
        if label:
            stream = re.sub(pattern.encode(chat.dialect.encoding), b"", stream)
    return stream


class _Label(NamedTuple):
    """What stands beside one text at one hearer."""

    text: str
    said: Said[Guest]


_CLOCK: Final = re.compile(r"(?<![\d.])\d{1,2}:\d{2}(:\d{2})?(?!\d)")


def author_shown(chat: Conversation) -> None:
    """Each hearer must be able to tell from the labels who spoke: the author's own name, or a mark that is his and nobody else's."""
    for hearer, labels in _labels(chat).items():
        for author, shown in labels.items():
            if chat.dialect.author == "server":
                _has_own_name(chat, hearer, author, shown)
            else:
                _has_own_mark(chat, hearer, author, labels)


def nobody_misnamed(chat: Conversation) -> None:
    """No label may name somebody other than the author. One that names nobody is no matter of this: a name may stand only where the author
    changes."""
    for hearer, labels in _labels(chat).items():
        for author, shown in labels.items():
            for label in shown:
                if _named_last(chat, label.text) not in ("", author.called):
                    raise _wrong_name(chat, hearer, label)


def _labels(chat: Conversation) -> dict[Guest, dict[Guest, list[_Label]]]:
    """By hearer and author, the labels of what came."""
    by_hearer: dict[Guest, dict[Guest, list[_Label]]] = {}
    before, _, after = chat.dialect.relay.partition("{text}")
    behind = any(place in after and place not in before for place in ("{name}", "{host}", "{port}"))
    label_of = label_after if behind else label_before
    by_words = chat.dialect.transport == "udp" and chat.dialect.named_by == "nobody"  # one comes by a text that is passed on like any
    first_words = [Said(guest, guest.called, guest.called.encode()) for guest in chat.guests if by_words]
    for hearer in chat.guests:
        stream = bytes(hearer.heard)
        for said in chat.oracle.said:
            if said.author is not hearer and said.data in stream:
                label = label_of(stream, said, [*chat.oracle.said, *first_words])
                by_hearer.setdefault(hearer, {}).setdefault(said.author, []).append(_Label(label, said))
    return by_hearer


def departure_shown(chat: Conversation, leaver: Guest) -> None:
    """`leaver` goes; whoever is told of it by name must be told his name, and not that of another."""
    before = {hearer: len(hearer.heard) for hearer in chat.guests}
    leaver.leaves()
    for hearer in chat.guests:
        told = _read(chat, bytes(hearer.heard[before[hearer] :]))
        named = [guest for guest in chat.everybody if guest.called and guest.called in told]
        if named and leaver not in named:
            expected = _("{hearer} узнаёт, что уходит {name}").format(hearer=hearer, name=leaver.called)
            raise CheckFailed(expected, _("сервер сообщил: «{text}»").format(text=told.strip()[-160:]))


def known_again(chat: Conversation, hearer: Guest, before: Said[Guest], after: Said[Guest]) -> None:
    """Whose name stood before his text before he left, must be named before his text now, and not be called a second one of that name: a
    server that did not take the name again may have taken the text for one, and announced it. Raises CheckFailed."""
    if chat.dialect.author != "server" or "{name}" not in chat.dialect.relay.partition("{text}")[0]:
        return
    labels = [label_before(bytes(hearer.heard), said, chat.oracle.said) for said in (before, after)]
    named = [_named_last(chat, label.rpartition("\n")[2]) for label in labels]  # on the line before may stand that he has left
    if named[0] == before.author.called and not named[1]:
        chat.transcript.note(hearer, "hears", after.data, "misattributed")
        expected = _("{hearer} снова видит, что говорит {name}").format(hearer=hearer, name=after.author.called)
        raise CheckFailed(expected, _("под прежним именем его не пускают: перед сообщением имени нет"))
    if named[0] == named[1] == before.author.called and len({_behind_name(label, named[0]) for label in labels}) > 1:
        raise _wrong_name(chat, hearer, _Label(labels[1].rpartition("\n")[2], after))


def _behind_name(label: str, name: str) -> str:
    """What stands between a name and the text, whatever numbers it holds: a second name, "(2)", would stand there."""
    return re.sub(r"\d+", "0", label.rpartition(name)[2])


def _has_own_name(chat: Conversation, hearer: Guest, author: Guest, shown: list[_Label]) -> None:
    for label in shown:
        if _named_last(chat, label.text) != author.called:
            raise _wrong_name(chat, hearer, label)


def _named_last(chat: Conversation, label: str) -> str:
    """The name that stands last in a label, "" if none does."""
    named = [guest.called for guest in chat.everybody if guest.called and guest.called in label]
    return max(named, key=label.rfind, default="")


def _wrong_name(chat: Conversation, hearer: Guest, label: _Label) -> CheckFailed:
    chat.transcript.note(hearer, "hears", label.said.data, "misattributed")
    expected = _("{hearer} видит, что говорит {name}").format(hearer=hearer, name=label.said.author.called)
    return CheckFailed(expected, _("перед сообщением стоит «{label}»").format(label=_shown(chat, label.text)))


def _has_own_mark(chat: Conversation, hearer: Guest, author: Guest, labels: dict[Guest, list[_Label]]) -> None:
    def marks(label: str) -> set[str]:
        return set(re.findall(r"\w+", _CLOCK.sub("", label).replace(hearer.address[0], ""))) - {str(hearer.address[1])}

    # A notice may stand before a text, and name anybody; only what is before all of an author's texts is his mark.
    common = {guest: set.intersection(*(marks(label.text) for label in shown)) for guest, shown in labels.items()}
    own = common.pop(author)
    others: set[str] = set().union(*common.values())
    if not own - others:
        chat.transcript.note(hearer, "hears", labels[author][-1].said.data, "misattributed")
        label = _shown(chat, labels[author][-1].text)
        expected = _("по пометке перед сообщением видно, что говорит {author}").format(author=author)
        raise CheckFailed(expected, _("пометка «{label}» не отличает его от других").format(label=label))
