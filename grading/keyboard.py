"""What to type at a server that asks for something: a few call input() for a port, an address or a name before they listen, or for which
of the two, server and client, the program is to be.
"""

from __future__ import annotations

import re
from typing import Final

NAME: Final = "Olga"
"""Of whoever sits at the server's keyboard."""
_WORDS_FOR_NAME: Final = r"\bимя|\bимени|\bname|nickname|username|\bник\b|\bникнейм|зовут|представьтесь|\bлогин|\blogin"
_ANSWERS: Final = (
    (r"порт|port", "9090"),
    (r"хост|host|\bip\b|адрес|address", "127.0.0.1"),
    (r"сколько|количество|число|how many|number of|max", "10"),
    (_WORDS_FOR_NAME, NAME),
)
"""(what the question mentions, the answer); the first that fits."""
_ASKED: Final = 200
_FOR_WORDS: Final = r"сообщени|message|текст|text"


_NAME: Final = r"ник(?![а-яё])|никнейм|имя|имен|зовут|представ|логин|псевдоним|назов|nick|name|login|who are you|\buser\b"


_ROLE: Final = r"(?:сервер|server)"
_OTHER_ROLE: Final = r"(?:клиент|client|подключ|присоед|войти|зайти|join|connect)"
_KEY: Final = r"([^\W_]{1,2})"
_ITEM: Final = rf"(?:^|(?<=[\s(\[,;/])){_KEY}\s*[-–—.):=>\]]+\s*(.*?)(?=[,;/\n]|$|\sили\s|\sor\s|\s+[(\[]?{_KEY}\s*[-–—.):=>\]])"
_IN_WORDS: Final = (
    rf"{_ROLE}[^\n]*[(\[]\s*(y|yes|да|д)\s*/\s*(?:n|no|нет|н)\b",  # a server? (y/n)
    rf"({_ROLE})\w*\s*(?:/|\||,|или|or)\s*(?:клиент|client)",  # server/client
    rf"(?:клиент|client)\w*\s*(?:/|\||,|или|or)\s*({_ROLE})",
)
_BY_KEYS: Final = (
    r"[(\[]([sс])[)\]](?:erver|ервер)",  # (s)erver or (c)lient
    rf"(?:^|[\s(,;])(\d)\s+{_ROLE}.*{_OTHER_ROLE}",  # 1 server 2 client
    rf"{_ROLE}\w*\s*[(\[]\s*{_KEY}\s*[)\]].*{_OTHER_ROLE}",  # server (s) or client (c)
    rf"{_ROLE}\w*\s*[-–—=:]\s*{_KEY}\b.*{_OTHER_ROLE}",  # server - 1, client - 2
)
_MENU: Final = 8  # lines above a question in which what may be answered stands
_MENU_LENGTH: Final = 1000
"""Characters of these lines that are looked at: the text is hostile, and the patterns above take the square of its length."""


def answer(output: str) -> str | None:
    """The answer to the question the output ends with, None if it is none of those a grader may answer for a student.

    A menu may stand above its question, which then says nothing by itself: "Your choice: ".
    """
    lines, question = output.rstrip()[-_MENU_LENGTH:].splitlines()[-_MENU:], _question(output)
    asked, menu = lines[-1] if lines else "", "\n".join(lines)
    role = _item(asked) or _first(_BY_KEYS + _IN_WORDS, asked)
    return role or _known(question, _ANSWERS[:2]) or _item(menu) or _first(_BY_KEYS, menu) or _known(question, _ANSWERS)


def _known(question: str, answers: tuple[tuple[str, str], ...]) -> str | None:
    return next((reply for pattern, reply in answers if re.search(pattern, question)), None)


def _item(menu: str) -> str | None:
    """The item of a menu that makes the program the server, None where there is no such choice."""
    items = [(found[1], found[2]) for found in re.finditer(_ITEM, menu, re.I | re.M)]
    ours = [key for key, label in items if re.search(_ROLE, label, re.I) and not re.search(_OTHER_ROLE, label, re.I)]
    others = [key for key, label in items if re.search(_OTHER_ROLE, label, re.I)]
    return ours[0] if ours and set(others) - {ours[0]} else None


def _first(patterns: tuple[str, ...], text: str) -> str | None:
    found = next((match for pattern in patterns if (match := re.search(pattern, text, re.I | re.S))), None)
    return found[1] if found else None


def answer_of_client(output: str, host: str, port: int, name: str) -> str | None:
    """The same for a client program, which asks where the server is and who it is that speaks."""
    question = _question(output)
    if re.search(_ANSWERS[0][0], question) and not re.search(_ANSWERS[1][0], question):
        return str(port)
    if re.search(_ANSWERS[1][0], question):
        return host if not re.search(_ANSWERS[0][0], question) else f"{host}:{port}"
    return name if re.search(_NAME, question) else None


_DEFAULT: Final = r"[\[(](?:[^\]\[()\d]*\b(?:умолчани\w+|default|enter|например|e\.g\.)[\s:,=–—-]*)?(%s)\s*[\])]"
_DEFAULTS: Final = (_DEFAULT % r"\d{2,5}", _DEFAULT % r"localhost|\d+(?:\.\d+){3}")


def default_shown(output: str) -> str | None:
    """The port or the address that a question for one offers in brackets, "Port [9095]:", which the clients know; None if it offers none.

    It is typed, not left to Enter: an example in brackets may be no default.
    """
    question = _question(output)
    asked = (shown for (mentions, _), shown in zip(_ANSWERS, _DEFAULTS, strict=False) if re.search(mentions, question))
    found = next((match for shown in asked if (match := re.search(shown, question))), None)
    return found[1] if found else None


def asks_for_name(output: str) -> bool:
    """Whether the output ends with a question for the name of whoever sits there; a prompt for his words may hold a name, too."""
    question = output[-_ASKED:].rpartition("\n")[2].casefold()
    return re.search(_WORDS_FOR_NAME, question) is not None and re.search(_FOR_WORDS, question) is None


def _question(output: str) -> str:
    lines = output[-_ASKED:].rstrip().splitlines()
    return lines[-1].casefold() if lines else ""
