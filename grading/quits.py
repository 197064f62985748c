"""How the words that may end a session would be said: guesses for the interview to try. Pure.

A word may be a text like any other (`/quit`), a command (`QUIT:` beside `MSG:` and `NICK:`), or the kind of an object
(`{"type": "leave"}`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from grading.submission.ways import KIND
from reference.dialect import Dialect

_COMMAND: Final = re.compile(r"/?\w+([:;|,=/ ]+)\{(?:name|text)\}.*", re.DOTALL)


def guesses(words: Iterable[str], dialect: Dialect) -> dict[str, str]:
    """What may be sent to be let go, as `Dialect.quit` -> the same with a word that means nothing, where that is no text.

    Whoever is hung up on for the other word, too, has been hung up on for speaking in a way nobody understands.
    """
    found: dict[str, str] = {}
    for word in words:
        for said, otherwise in _forms(word, dialect):
            found.setdefault(said, otherwise)
    return found


def _forms(word: str, dialect: Dialect) -> Iterator[tuple[str, str]]:
    templates, other = (dialect.hello, dialect.says), "".join(map(_next_letter, word))
    if word.strip("/ ").casefold() in re.findall(r"\w+", "\n".join(templates).casefold()):
        return  # it says who one is, or says something
    if _object(dialect.says):
        yield word, ""
        for fields, key in [*_kinds(dialect.says), *_kinds(dialect.hello)][:1]:
            for rest in ({}, fields):
                yield _text(rest | {key: word}), _text(rest | {key: other})
        return
    if dialect.says == "{text}":
        yield word, ""
    ends = [found[1].strip() for template in templates if (found := _COMMAND.fullmatch(template))]
    for end in dict.fromkeys([*(ends if word.isalnum() else []), *([""] if ends else [])]):
        yield word + end, other + end
    if dialect.says != "{text}":
        yield dialect.says.replace("{text}", word), ""
    elif word.isalnum():
        yield f"/{word}", f"/{other}"


def _kinds(template: str) -> Iterator[tuple[dict[str, object], str]]:
    """(an object as in the template that says nothing, the key under which stands what kind of object it is)."""
    fields = _object(template.replace("{text}", ""))
    return ((fields, key) for key, value in fields.items() if value and isinstance(value, str) and KIND.fullmatch(key))


def _object(template: str) -> dict[str, object]:
    """The fields of a template that is an object, none of another."""
    try:
        fields = json.loads(template)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _text(fields: dict[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False)


def _next_letter(letter: str) -> str:
    after = chr(ord(letter) + 1)
    return after if letter.isalpha() and after.isalpha() else letter
