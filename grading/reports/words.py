"""The data of a report in words for a person: how the server speaks, how it was run, what a verdict or a model is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from grading.messages import N_, _
from grading.reports.text import safe
from grading.result import RAISED, Isolation, Stuck

_NAMED_BY: Final = {
    "prompt": N_("сервер спрашивает его: {prompt}"),
    "first-message": N_("первое сообщение гостя и есть его имя"),
    "nobody": N_("имён сервер не знает"),
}
_NAMED_BY_COMMAND: Final = {  # of what the server says at the door it cannot be told whether that is a question
    "prompt": N_("гость называет его командой; при входе сервер пишет: {prompt}"),
    "first-message": N_("гость называет его командой"),
}
_AUTHOR: Final = {
    "server": N_("имя перед текстом ставит сервер"),
    "label": N_("сервер подписывает текст адресом или номером гостя"),
    "client": N_("имя перед текстом ставит программа-клиент"),
    "nobody": N_("никто не ставит: кто говорит, не видно"),
    "unknown": N_("неизвестно: сервер передаёт текст как есть, а программы-клиента в работе не нашлось"),
}
_FRAMING: Final = {
    "none": N_("нет: что пришло за один recv(), то и сообщение"),
    "lines": N_("перевод строки, в обе стороны"),
    "lines-in": N_("перевод строки в том, что шлют гости; сам сервер его после сообщения не ставит"),
    "lines-out": N_("перевод строки в том, что шлёт сервер; от гостей он его не ждёт"),
    "json": N_("объект JSON"),
    "json-lines": N_("объект JSON на каждой строке"),
    "json-out": N_("объект JSON в том, что шлёт сервер; от гостей он ждёт простой текст"),
    "nul": N_("нулевой байт после каждого сообщения"),
    "length": N_("перед сообщением — его длина"),
    "length-line": N_("перед сообщением — строка с его длиной"),
}
_TRANSPORTS: Final = {"": "", "tcp": "", "udp": N_("по UDP"), "console": N_("второй собеседник сидит за клавиатурой сервера")}
_MODELS: Final = {
    "threads": N_("поток на каждого гостя"),
    "select": N_("один поток и select"),
    "blocking": N_("один поток, по очереди"),
    "asyncio": N_("asyncio"),
    "udp": N_("датаграммы UDP"),
    "other": N_("иначе"),
    "": N_("не установлено"),
}
_NETWORKS: Final = {"private": N_("отдельная сеть"), "shared": N_("общая с компьютером сеть")}
_CLOCKS: Final = {
    "stillness": N_("ядро видит, когда всё стихло"),
    "quiet-period": N_("ожидание паузами, оно медленнее"),
}
# A template reads best filled in.
_EXAMPLE: Final = {
    "{name}": N_("Анна"), "{text}": N_("привет"), "{host}": "127.0.0.1", "{port}": "50312", "{time}": "12:30", "{date}": "01.09.2025",
}  # fmt: skip


def model(name: str) -> str:
    """What the observed model of concurrency is called."""
    return _look(_MODELS, name)


def dialect(found: Mapping[str, str | bool]) -> list[tuple[str, str]]:
    """How the server speaks, as (what, how); empty if that was never learnt. What the server does not do at all is left out."""
    if not found:
        return []

    def text(key: str) -> str:
        return str(found.get(key, ""))

    by_command = _NAMED_BY_COMMAND if text("hello").strip() not in ("", "{name}") else {}
    lines = [
        (_("имя гостя"), _look(_NAMED_BY | by_command, text("named_by")).replace("{prompt}", quoted(text("prompt")))),
        (_("автор"), _look(_AUTHOR, text("author"))),
        (_("сообщение"), _("доходит так: {example}").replace("{example}", example(text("relay")))),
        (_("эхо"), _("автор получает и свои слова") if found.get("echo") else _("автору его слова не возвращаются")),
        (_("приветствие"), example(text("welcome"))),
        (_("кто-то вошёл"), example(text("joined")) or _("не объявляется")),
        (_("кто-то вышел"), example(text("left")) or (_("не объявляется") if _may_be_told(text("transport"), text("quit")) else "")),
        (_("слово выхода"), quoted(text("quit"))),
        (_("границы"), framing(text("framing"))),
        (_("гость шлёт имя"), "" if text("hello") in ("", "{name}") else example(text("hello"))),
        (_("потом шлёт"), example(text("then"))),
        (_("гость шлёт текст"), "" if text("says") in ("", "{text}") else example(text("says"))),
        (_("очередь"), _("говорят по очереди") if text("turns") == "alternate" else ""),
        (_("связь"), _look(_TRANSPORTS, text("transport"))),
        (_("кодировка"), "" if text("encoding") in ("", "utf-8") else safe(text("encoding"))),
    ]
    return [(what, how) for what, how in lines if how]


def _may_be_told(transport: str, quit: str) -> bool:
    """Whether the server can know that somebody has left, and has somebody to tell: over UDP only whoever says so is known to be gone."""
    return transport != "console" and (transport != "udp" or quit != "")


def framing(name: str) -> str:
    """How messages are told apart; lengths come with their size."""
    kind, _dash, rest = name.partition("-")
    if kind != "length" or name in _FRAMING:
        return _look(_FRAMING, name)
    if rest.startswith("decimal-"):
        return _("перед сообщением — его длина цифрами, мест под неё {n}").replace("{n}", safe(rest.removeprefix("decimal-")))
    size, _dash, little = rest.partition("-")
    order = _(", младший байт первый") if little else ""
    return _("перед сообщением — его длина в байтах: {n}").replace("{n}", safe(size)) + order


def isolation(used: Isolation) -> str:
    """How the student's code was run, in one line; what was not protected is said in another."""
    return ", ".join([safe(used.tier), _look(_NETWORKS, used.network), _look(_CLOCKS, used.clock)])


def example(template: str) -> str:
    """A template of a Dialect filled in and quoted; "" stays "". Plain replacement: the template is the student's, no format string."""
    for field, value in _EXAMPLE.items():
        template = template.replace(field, _(value))
    return quoted(template)


def quoted(text: str) -> str:
    """Text of the server's, harmless and in quotes; "" stays ""."""
    return _("«{text}»").replace("{text}", safe(text)) if text else ""


def _look(table: Mapping[str, str], key: str) -> str:
    """The word for a value; one that later versions add comes out as it is."""
    return _(table[key]) if key in table else safe(key)


def where(thread: Stuck) -> str:
    """What a place in the code is there to show."""
    return _("где ошибка") if thread.call == RAISED else _("где ждёт") if thread.call else _("строка")


def waits(thread: Stuck) -> str:
    """The call a thread sits in and for whom it waits, in one line; "" if nothing is known."""
    known = {"": "", "busy": _("цикл без отдыха"), RAISED: _("здесь возникла ошибка")}
    call = known[thread.call] if thread.call in known else _("вызов {call}").format(call=thread.call)
    whom = _("ждёт: {whom}").format(whom=thread.waits_for) if thread.waits_for else ""
    return ", ".join(part for part in (call, whom) if part)
