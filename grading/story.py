"""What happened, in words for the student: what is missing, what came instead, what else is wrong with the server."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from grading.guests import Guest
from grading.oracle import Difference, Said, label_before, matched
from grading.server import NotStarted
from grading.verdicts import CheckFailed

if TYPE_CHECKING:
    from grading.chat import Chat

EPHEMERAL: Final = 32768
"""First of the ports Linux gives to a server that asks for port 0 (ip_local_port_range)."""


_KNOWN: Final = b"\0"  # stands for texts that came as they should; no text holds it


def short(said: Said[Guest]) -> str:
    """A text for a sentence: long ones are cut, with their size said."""
    text = said.data.decode("utf-8", errors="replace")
    return text if len(text) <= 80 else f"{text[:50]}… ({len(said.data)} байт)"


def missing(chat: Chat, hearer: Guest, said: Said[Guest]) -> str:
    """What came at `hearer` instead of a text: its beginning, something else, or nothing."""
    stream = bytes(hearer.link.inbox)
    for other in chat.oracle.said:  # texts that begin alike must not be taken for a piece of this one
        stream = stream.replace(other.data, _KNOWN)
    whole = matched(stream, said.data)
    if whole >= min(8, len(said.data)):
        at = stream.find(said.data[:whole]) + whole
        came = stream[at : at + 40].decode("utf-8", errors="replace")
        return f"пришло не целиком: первые {whole} байт из {len(said.data)} верны, дальше " + (f"«{came}»" if came else "ничего")
    new = stream[stream.rfind(_KNOWN) + 1 :].decode("utf-8", errors="replace").strip()
    return f"пришло «{new[-160:]}»" if new else f"{hearer} не слышит ничего"


def otherwise(chat: Chat, difference: Difference[Guest]) -> tuple[str, str]:
    """(expected, actual) for something the Room would have done otherwise."""
    hearer, said = difference.hearer, difference.said
    expected = f"{hearer} один раз слышит, что говорит {said.author}: «{short(said)}»"
    if difference.kind == "lost":
        return expected, missing(chat, hearer, said)
    if difference.kind == "duplicated":
        return expected, f"сообщение пришло не один раз, а {difference.times}"
    return f"сообщения, которые шлёт {said.author}, приходят по порядку", f"у гостя {hearer} порядок нарушен на «{short(said)}»"


def why_not(chat: Chat, what: str) -> str:
    """`what`, and whatever is plainly wrong with the server now."""
    code = chat.server.exit_code()
    if code is not None:
        return f"{what}; сервер завершился {_exit_words(code)}{_last_error(chat.server.output())}"
    closed = [str(guest) for guest in chat.guests if guest.link.ended]
    if closed:
        what += f"; сервер закрыл соединение: {', '.join(closed)}"
    if chat.clock.known_busy:
        what += "; сервер занят бесконечным циклом"
    waiting = chat.server.unaccepted()
    if waiting:
        what += f"; ждут, пока сервер вызовет accept: {waiting}"
    return what + _last_error(chat.server.output())


def not_again(failure: NotStarted, output: str) -> str:
    """Why a second start failed."""
    how = f"второй запуск завершился {_exit_words(failure.code)}" if failure.code is not None else "второй запуск порт не слушает"
    lines = output.strip().splitlines()
    return how + (_last_error(output) or (f"; последнее, что он напечатал: {lines[-1].strip()[:200]}" if lines else ""))


def _exit_words(code: int) -> str:
    return f"по сигналу {-code}" if code < 0 else f"с кодом {code}"


_ERROR: Final = re.compile(r"^(\w+(?:\.\w+)*(?:Error|Exception|Interrupt)\b.*)$", re.MULTILINE)


def _last_error(output: str) -> str:
    """The last line of the last traceback the server printed."""
    if "Traceback (most recent call last)" not in output:
        return ""
    found = _ERROR.findall(output)
    return f"; последняя ошибка сервера: {found[-1][:200]}" if found else ""


_PLACES: Final = {
    "{time}": r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?",
    "{date}": r"[\d./-]{8,10}",
    "{host}": r"[\d.:]+",
    "{port}": r"\d+",
}


def unlabelled(chat: Chat, hearer: Guest) -> bytes:
    """What a guest received without the labels the server puts before and after texts."""
    stream = bytes(hearer.link.inbox)
    before, _, after = chat.dialect.relay.partition("{text}")
    names = "|".join(re.escape(guest.called) for guest in chat.everybody if guest.called)
    for label in (before, after + "\n" if chat.dialect.framing == "lines-out" else after):
        pattern = re.escape(label).replace(r"\{", "{").replace(r"\}", "}").replace("{name}", f"(?:{names})")
        for place, form in _PLACES.items():
            pattern = pattern.replace(place, form)
        if label:
            stream = re.sub(pattern.encode(chat.dialect.encoding), b"", stream)
    return stream


_CLOCK: Final = re.compile(r"(?<![\d.])\d{1,2}:\d{2}(:\d{2})?(?!\d)")


def author_shown(chat: Chat) -> None:
    """Each hearer must be able to tell from the labels who spoke: the author's own name, or a mark that is his and nobody else's."""
    by_hearer: dict[Guest, dict[Guest, list[str]]] = {}
    for hearer in chat.guests:
        stream = bytes(hearer.link.inbox)
        for said in chat.oracle.said:
            if said.author is not hearer and said.data in stream:
                label = label_before(stream, said, chat.oracle.said)
                by_hearer.setdefault(hearer, {}).setdefault(said.author, []).append(label)
    for hearer, labels in by_hearer.items():
        for author, shown in labels.items():
            if chat.dialect.author == "server":
                _has_own_name(chat, hearer, author, shown)
            else:
                _has_own_mark(hearer, author, labels)


def _has_own_name(chat: Chat, hearer: Guest, author: Guest, shown: list[str]) -> None:
    for label in shown:
        named = [guest for guest in chat.guests if guest.called]
        last = max(named, key=lambda guest: label.rfind(guest.called))
        if last is not author or author.called not in label:
            raise CheckFailed(f"{hearer} видит, что говорит {author.called}", f"перед сообщением стоит «{label.strip()[-80:]}»")


def _has_own_mark(hearer: Guest, author: Guest, labels: dict[Guest, list[str]]) -> None:
    def marks(label: str) -> set[str]:
        return set(re.findall(r"\w+", _CLOCK.sub("", label).replace(hearer.address[0], ""))) - {str(hearer.address[1])}

    own = set.intersection(*map(marks, labels[author]))
    others: set[str] = set().union(*(marks(label) for guest, shown in labels.items() if guest is not author for label in shown))
    if not own - others:
        label = labels[author][-1].strip()[-80:]
        raise CheckFailed(f"по пометке перед сообщением видно, что говорит {author}", f"пометка «{label}» не отличает его от других")
