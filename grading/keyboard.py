"""What to type at a program that asks for something. A few servers call input() for a port, an address or a name before they listen, or for
which of the two, server and client, the program is to be; clients ask where the server is, who speaks, and whether to connect at all.
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
_AWAY: Final = r"(?:выйти|выход|отключ|сменить|измени|отмен|назад|exit|quit|leave|disconnect|change|cancel|back)"
_ONLY_ROLE: Final = rf"^(?!.*{_OTHER_ROLE}).*{_ROLE}"
_GO_IN: Final = rf"(?:{_OTHER_ROLE}|вход|начать|чат|enter|log ?in|start|chat)"
_NOT_IN: Final = rf"{_AWAY}|настро|справк|помощ|созда|регистр|setting|config|help|creat|regist|{_ONLY_ROLE}"
"""What an item of a client's menu says that leads into the chat, and what one says that leads elsewhere."""
_OR: Final = r"\s*(?:[/|,]|или|or)\s*"
_YES, _NO = r"\b(yes|y|да|д)\b", r"\b(no|n|нет|н)\b"
_YES_OR_NO: Final = rf"{_YES}{_OR}{_NO}|{_NO}{_OR}{_YES}"
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
    role = _be_server(asked) or _first(_BY_KEYS + _IN_WORDS, asked)
    return role or _known(question, _ANSWERS[:2]) or _be_server(menu) or _first(_BY_KEYS, menu) or _known(question, _ANSWERS)


def _known(question: str, answers: tuple[tuple[str, str], ...]) -> str | None:
    return next((reply for pattern, reply in answers if re.search(pattern, question)), None)


def _be_server(menu: str) -> str | None:
    return _item(menu, _ROLE, _OTHER_ROLE)


def _item(menu: str, wanted: str, unwanted: str) -> str | None:
    """The item of a menu that says what is wanted and nothing unwanted; None where there is none, or no other to choose from."""
    items = [(found[1], found[2]) for found in re.finditer(_ITEM, menu, re.I | re.M)]
    others = [key for key, label in items if re.search(unwanted, label, re.I)]
    ours = [key for key, label in items if re.search(wanted, label, re.I) and not re.search(unwanted, label, re.I)]
    return ours[0] if ours and set(others) - {ours[0]} else None


def _first(patterns: tuple[str, ...], text: str) -> str | None:
    found = next((match for pattern in patterns if (match := re.search(pattern, text, re.I | re.S))), None)
    return found[1] if found else None


_DEFAULT: Final = r"[\[(](?:[^\]\[()\d]*\b(?:умолчани\w+|default|enter|например|e\.g\.)[\s:,=–—-]*)?(%s)\s*[\])]"
_HOST: Final = r"localhost|\d+(?:\.\d+){3}"
_DEFAULTS: Final = (_DEFAULT % r"\d{2,5}", _DEFAULT % _HOST)
_PLACE: Final = rf"(?:{_HOST}):\d{{2,5}}"
_PLACE_OFFERED, _HOST_OFFERED = (_DEFAULT % _PLACE) + r"\W*$", (_DEFAULT % _HOST) + r"\W*$"
"""Defaults at the end of a question, which say what is asked for: "Where to [localhost:9095]?" wants both in one answer."""


def answer_of_client(output: str, host: str, port: int, name: str) -> str | None:
    """The same for a client program, which asks where the server is and who speaks, and may have a menu or ask whether to go on."""
    lines, question = output.rstrip()[-_MENU_LENGTH:].splitlines()[-_MENU:], _question(output)
    asked, menu = lines[-1] if lines else "", "\n".join(lines)
    chosen = _yes_or_no(asked) or _item(asked, _GO_IN, _NOT_IN)
    if chosen:
        return chosen
    for_port, for_host = (re.search(mentions, question) is not None for mentions, _ in _ANSWERS[:2])
    if re.search(_PLACE_OFFERED, question) or (for_port and for_host):
        return f"{host}:{port}"
    if for_port or for_host or re.search(_HOST_OFFERED, question):
        return str(port) if for_port else host
    return name if re.search(_NAME, question) else _item(menu, _GO_IN, _NOT_IN)


def _yes_or_no(asked: str) -> str | None:
    """What a question offers for yes, None if it is no such question; for no where yes would lead away or make a server of the program.

    A question that names an address, or says that it connects, is about the way in, whatever else it mentions.
    """
    found = re.search(_YES_OR_NO, asked, re.I)
    if found is None:
        return None
    yes, no = (found[1], found[2]) if found[1] else (found[4], found[3])
    if re.search(rf"{_AWAY}|{_ROLE}", asked, re.I) and not re.search(rf"{_OTHER_ROLE}|{_HOST}|:\d", asked, re.I):
        yes, no = no, yes
    return yes.lower() if no.islower() else yes  # one capital of the two, [Y/n], only marks what Enter stands for


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
