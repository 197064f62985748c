"""How guests may have to speak, guessed from the source: JSON, lengths, commands. The interview tries the guesses and trusts none.

What a client's listing sends is the best guess; without one, what the server looks up and compares with must do.
"""

from __future__ import annotations

import ast
import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, product
from typing import Final

from grading.submission.model import Way
from grading.submission.wirewords import CALLED_A_NAME, Words, read_words

MOST_WAYS: Final = 6
"""Guesses worth trying; each costs a fresh server."""
_CYRILLIC: Final = frozenset({"cp1251", "koi8-r", "koi8-u", "cp866", "iso8859-5", "mac-cyrillic"})
_NAME: Final = re.compile(r"(user|nick|client|my)?_?(name|nick|login)|user|author|sender|from|имя|ник", re.I)
_TEXT: Final = re.compile(r"(message|msg|chat)?_?(text|message|msg|content|body|data|payload|line)|сообщение|текст", re.I)
KIND: Final = re.compile(r"type|kind|action|cmd|command|event|op|method|status", re.I)
_WHOM: Final = re.compile(r"(send_?)?to|target|recipient|receiver|dest|кому", re.I)
_ALL: Final = re.compile(r"all|\*|everyone|everybody|broadcast|все|всем", re.I)
_TIME: Final = re.compile(r"time|date|timestamp|ts|sent_at", re.I)
_ENTERS: Final = re.compile(r"/?(set_?)?(user_?|nick_?)?(name|nick|login|join|hello|hi|register|reg|auth|connect|enter|user)", re.I)
_TALKS: Final = re.compile(r"/?(send_?|chat_?|to[ _])?(message|msg|text|say|send|all|chat|broadcast|public)", re.I)
_SURE: Final = 2
"""Guesses from what a client sends that go before the one from what the server reads."""
_TYPED: Final = "\0"
_BESIDE: Final = re.compile(r"(?:\w+([ :;|,/]))?\{name\}(?(1)|([ :;|,/])\w+)")
_PUNCTUATION: Final = ":;|=, /"


def ways_of(servers: Sequence[bytes], clients: Sequence[bytes]) -> tuple[Way, ...]:
    """The guesses for a server and the clients beside it, the likeliest first; () where nothing speaks for more than plain text."""
    server, client = read_words(servers), read_words(clients)
    objects = list(_objects(server, client)) if server.json or client.json else []  # JSON may be for a file of its own
    found = chain(objects or _commands(server, client), _openings(server, client), _pairs(server, client), _plain(server, client))
    usual = (Way(), Way(framing="lines"))
    return tuple(dict.fromkeys(way for way in found if way not in usual))[:MOST_WAYS]


def encoding_of(servers: Iterable[bytes]) -> str:
    """The one encoding, other than UTF-8 and ASCII, in which all that the server decodes and encodes is; "" if there is none."""
    names = {_normal(name) for name in read_words(servers).encodings}
    return names.pop() if len(names) == 1 and names <= _CYRILLIC else ""


def _normal(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        return ""


# -- how messages are told apart


def _lengths(server: Words, client: Words) -> list[str]:
    by_bytes = [length for length in server.lengths if length in client.lengths] or server.lengths
    digits = [width for width in server.digits if width in client.digits] or server.digits
    on_a_line = ["length-line"] if server.counted and server.lines else []
    return by_bytes or [f"length-decimal-{width}" for width in digits] or on_a_line


def _framings(server: Words, client: Words) -> list[str]:
    """For messages that are not JSON."""
    framings = ["lines", "none"] if server.lines else ["none", "lines"]
    return [*_lengths(server, client), *(["nul"] if server.nul else []), *framings]


def _plain(server: Words, client: Words) -> Iterator[Way]:
    """The name and the text as they are."""
    yield from (Way(framing=framing) for framing in _framings(server, client))


# -- JSON


def _objects(server: Words, client: Words) -> Iterator[Way]:
    lines = server.lines or client.lines
    framings = _lengths(server, client) or (["json-lines", "json"] if lines else ["json", "json-lines"])
    everybody = next((word for word in server.compared if _ALL.fullmatch(word)), "")
    enters, talks = _templates(client.objects, everybody)
    wanted = _looked_up(server, everybody)
    if not talks and not enters:
        enters, talks = wanted
    escaped = not (client.raw_json if client.objects else server.raw_json)
    introduced = [Way("", hello, "", text) for hello, text in product(enters[:2], talks[:2])]
    alone = [Way("", "", "", text) for text in talks[:2]]
    commanded = any(_ENTERS.fullmatch(word) for word in server.compared)
    told_apart = client.objects or commanded  # else the name may be in each message
    likely = introduced + alone if told_apart else alone + introduced
    hello = next(iter(wanted[0]), "") if commanded else ""
    ways = [
        *likely[:_SURE],
        *(Way("", hello, "", text) for text in wanted[1][:1]),  # the client may put its objects together beyond all reading
        *likely[_SURE:],
        *(Way("", hello, "", "{text}") for hello in enters[:1]),
        *(Way("", "{name}", "", text) for text in talks[:1]),
    ]
    for framing in framings[:2]:
        yield from (replace(way, framing=framing, escaped=escaped) for way in ways)
        ways = ways[:1]  # the likeliest once more, framed otherwise


def _templates(objects: list[ast.Dict], everybody: str) -> tuple[list[str], list[str]]:
    """(those that give a name, those that say a text) of the objects a client puts together, addressed to everybody."""
    enters, talks = [], []
    for display in objects:
        template = _template(display, everybody)
        if "{text}" in template:
            talks.append(template)
        elif "{name}" in template:
            enters.append(template)
    return enters, talks


def _template(display: ast.Dict, everybody: str) -> str:
    def written(key: str, value: ast.expr) -> str:
        return _template(value, everybody) if isinstance(value, ast.Dict) else _value(key, value, everybody)

    return "{" + ", ".join(f"{_string(key)}: {written(key, value)}" for key, value in _items(display)) + "}"


def _items(display: ast.Dict) -> Iterator[tuple[str, ast.expr]]:
    for key, value in zip(display.keys, display.values, strict=True):
        if isinstance(key, ast.Constant):
            yield str(key.value), value


def _value(key: str, value: ast.expr, everybody: str = "") -> str:
    """What a client writes under a key: the constant itself, else what the key or else the variable is called after."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str | int | float | bool | None):
        return json.dumps(value.value, ensure_ascii=False)
    if everybody and _WHOM.fullmatch(key):
        return _string(everybody)
    variables = [node for node in ast.walk(value) if isinstance(node, ast.Name | ast.Attribute)]
    for word in (key, *(node.id if isinstance(node, ast.Name) else node.attr for node in variables)):
        if _TEXT.fullmatch(word):
            return '"{text}"'
        if _NAME.fullmatch(word):
            return '"{name}"'
        if _TIME.fullmatch(word):
            return '"12:30"'
    return '""'


def _looked_up(server: Words, everybody: str) -> tuple[list[str], list[str]]:
    """The same from what a server looks up in the objects it gets."""
    keys = {meaning: [key for key in server.keys if pattern.fullmatch(key)][:2] for meaning, pattern in (("name", _NAME), ("text", _TEXT))}
    kind = next((key for key in server.keys if KIND.fullmatch(key)), "")

    def of_kind(pattern: re.Pattern[str]) -> str:
        word = next((word for word in server.compared if pattern.fullmatch(word)), "")
        return f"{_string(kind)}: {_string(word)}, " if kind and word else ""

    for record in server.records:  # a message that is a dataclass has to have all its fields
        if any(map(_TEXT.fullmatch, record)):
            return [], ["{" + ", ".join(f"{_string(one)}: {_field(one, server.compared)}" for one in record) + "}"]
    enters = [f'{{{of_kind(_ENTERS)}{_string(name)}: "{{name}}"}}' for name in keys["name"]]
    names = f'{_string(keys["name"][0])}: "{{name}}", ' if keys["name"] else ""
    whom = next((f"{_string(key)}: {_string(everybody)}, " for key in server.keys if everybody and _WHOM.fullmatch(key)), "")
    texts = [f'{whom}{_string(text)}: "{{text}}"}}' for text in keys["text"]]
    return enters, [f"{{{of_kind(_TALKS)}{names}{text}" for text in texts]


def _field(name: str, words: list[str]) -> str:
    if KIND.fullmatch(name):
        return _string(next((word for word in words if _TALKS.fullmatch(word)), "message"))
    return _value(name, ast.Name(name))


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


# -- commands


def _commands(server: Words, client: Words) -> Iterator[Way]:
    """`NICK:anna`, `/nick anna`; and perhaps `MSG:text`. Only what the server itself compares with is a command."""
    enters, talks = _spoken(server, client, _ENTERS, "{name}"), _spoken(server, client, _TALKS, "{text}")
    for framing in _framings(server, client):
        for hello in enters[:2]:
            yield from (Way(framing, hello, "", says) for says in (*talks[:1], "{text}"))


def _pairs(server: Words, client: Words) -> Iterator[Way]:
    """`anna|text`: the name before each text, as the client puts them together and the server takes them apart."""
    for separator in (one for one in client.between if one in server.split and one.strip(_PUNCTUATION) == ""):
        yield Way(_framings(server, client)[0], "", "", f"{{name}}{separator}{{text}}")


def _openings(server: Words, client: Words) -> Iterator[Way]:
    """A password before the name, a room beside it: what a client sends before it begins to pass on what is typed."""
    sent = ["".join(map(_piece, pieces)).removesuffix("\n") for pieces in client.opening]
    if not any("{name}" in one for one in sent):
        sent = [one.replace(_TYPED, "{name}") for one in sent]  # whatever is typed is it
    beside = _BESIDE.fullmatch("".join(sent[:1]))
    hello, *then = [one.replace(_TYPED, "1") for one in sent] or [""]
    parted = beside is not None and ((beside[1] or beside[2]) in server.split or (" " in hello and server.blanks))
    if all(sent) and any("{name}" in one for one in sent) and (then or parted):
        yield Way(_framings(server, client)[0], hello, "\n".join(then))


def _piece(piece: str | ast.expr) -> str:
    """A part of what is sent, as in a Way; what was typed and is not called a name stays open."""
    if isinstance(piece, str):
        return piece
    return "{name}" if CALLED_A_NAME.search(ast.unparse(piece)) else _TYPED


def _spoken(server: Words, client: Words, wanted: re.Pattern[str], place: str) -> list[str]:
    """Templates for the commands of one kind."""
    templates = []
    for command in server.compared:
        bare = command.rstrip(_PUNCTUATION)
        if not bare or not wanted.fullmatch(bare):
            continue
        sent = [before for before, _ in client.prefixes if before.startswith(bare) and before != bare]
        cut = [separator for separator in server.split if separator and separator in _PUNCTUATION]
        ends = [command] if command != bare else [bare + end for end in (*cut, " ")]
        templates += [f"{start}{place}" for start in dict.fromkeys([*sent, *ends]) if start[len(bare) :].strip(_PUNCTUATION) == ""]
    return list(dict.fromkeys(templates))
