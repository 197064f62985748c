"""What to type at a server that asks for something: a few call input() for a port or an address before they listen, or for a name."""

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


def answer(output: str) -> str | None:
    """The answer to the question the output ends with, None if it is none of those a grader may answer for a student."""
    question = _question(output)
    return next((reply for pattern, reply in _ANSWERS if re.search(pattern, question)), None)


def answer_of_client(output: str, host: str, port: int, name: str) -> str | None:
    """The same for a client program, which asks where the server is and who it is that speaks."""
    question = _question(output)
    if re.search(_ANSWERS[0][0], question) and not re.search(_ANSWERS[1][0], question):
        return str(port)
    if re.search(_ANSWERS[1][0], question):
        return host if not re.search(_ANSWERS[0][0], question) else f"{host}:{port}"
    return name if re.search(_NAME, question) else None


def asks_for_name(output: str) -> bool:
    """Whether the output ends with a question for the name of whoever sits there; a prompt for his words may hold a name, too."""
    question = output[-_ASKED:].rpartition("\n")[2].casefold()
    return re.search(_WORDS_FOR_NAME, question) is not None and re.search(_FOR_WORDS, question) is None


def _question(output: str) -> str:
    lines = output[-_ASKED:].rstrip().splitlines()
    return lines[-1].casefold() if lines else ""
