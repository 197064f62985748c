"""From what two strangers saw of each other to the Dialect. Pure: text in, Dialect out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from reference.dialect import Author, Dialect, NamedBy

_PAINTED: Final = r"(?<=[\d\[]m)"  # the end of what sets a colour, which no word boundary follows
_TIME: Final = re.compile(
    rf"(?:(?<![\w:])|(?<=\dT)|{_PAINTED})\d{{1,2}}:\d{{2}}(:\d{{2}})?(\.\d+)?\b|(?:\b|{_PAINTED})1[6-9]\d{{8}}(\.\d+)?\b"
)
_DATE: Final = re.compile(rf"(?:\b|{_PAINTED})(?:\d{{4}}-\d{{2}}-\d{{2}}(?![\d-])|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}\b)")


@dataclass(frozen=True)
class Person:
    """A guest of the interview: the name he gave and the address the server sees."""

    name: str
    host: str
    port: int


@dataclass
class Seen:
    """What Anna (first) and Boris (second) saw, step by step, each giving a name first and texts later.

    Attributes:
        greeting_anna, greeting_boris: before each had said anything.
        welcome_anna, welcome_boris: after each had given a name.
        coming, naming: Anna, when Boris connected, and when he gave his name.
        first: Boris's first text; heard: Anna after it; own: Boris after it.
        second: Anna's text; heard_boris: Boris after it.
        alternate: a text came only when it was its author's turn.
        framing: how the guests framed what they sent; of a server that reads lines, "lines", whatever it sends.
        introduced: they gave their names by themselves, not within each text; hello: in what words, as in reference.dialect.Dialect.
    """

    greeting_anna: str = ""
    welcome_anna: str = ""
    greeting_boris: str = ""
    coming: str = ""
    welcome_boris: str = ""
    naming: str = ""
    first: str = ""
    heard: str = ""
    own: str = ""
    second: str = ""
    heard_boris: str = ""
    alternate: bool = False
    framing: str = "none"
    introduced: bool = True
    hello: str = "{name}"


def infer(seen: Seen, anna: Person, boris: Person, author_by_listing: str) -> Dialect:
    """The dialect, but for what only leaving shows (`left`, `quit`).

    Args:
        author_by_listing: "client" or "nobody" as the client's source says, "" if there is none.
    """
    before, after = around(_message(seen, seen.heard, seen.first, boris), seen.first)
    asked_both = seen.greeting_boris in seen.coming and anna.name not in seen.greeting_boris  # her own name would be an echo
    prompt = seen.greeting_anna or (seen.greeting_boris if asked_both else "")
    labelled = any(person.name in before + after for person in (anna, boris))
    named = seen.introduced and (labelled or not _first_words_were_relayed(seen, anna, boris, before, after))
    author = _author(seen, anna, boris, (before, after), author_by_listing)
    framing, after = _framing(seen, after)
    relay = before + "{text}" + after
    notice = seen.coming.replace(prompt, "", 1) + seen.naming if named else seen.coming
    joined = notice_template(notice.replace(seen.first, ""), boris)
    joined = "" if not named and boris.name in notice else joined
    return Dialect(
        prompt=without_clock(prompt) if named else "",
        named_by=("prompt" if prompt else "first-message") if named else "nobody",
        author=author,
        relay=without_clock(template(template(relay, boris), anna) if author in ("server", "label") or not seen.introduced else relay),
        echo=seen.first in seen.own,
        welcome=_welcome(seen, boris, joined, before + boris.name + after) if named else notice_template(seen.greeting_anna, anna),
        joined=joined,
        framing=framing,
        turns="alternate" if seen.alternate else "free",
    )


def guess(seen: Seen) -> Dialect:
    """The best guess about a server that passed nothing on."""
    prompt = seen.greeting_anna or (seen.greeting_boris if seen.greeting_boris in seen.coming else "")
    named_by: NamedBy = "prompt" if prompt else "first-message"
    return Dialect(prompt=without_clock(prompt), named_by=named_by, author="unknown", relay="{text}", framing=seen.framing)


def around(stream: str, text: str) -> tuple[str, str]:
    """What stands before and after the text in a stream; all of it and "" if it is not there."""
    before, _, after = stream.partition(text)
    return before, after


def _message(seen: Seen, stream: str, text: str, author: Person) -> str:
    """The one message with this text, where it is known what a message is: unwrapped, each has a line of its own. The bare name of the
    author in a message right before it belongs to it."""
    if seen.framing in ("none", "lines"):
        return stream
    lines = stream.split("\n")
    place = next((number for number, line in enumerate(lines) if text in line), None)
    if place is None:
        return stream
    label = author.name + "\n" if place and lines[place - 1] == author.name else ""
    return label + lines[place] + "\n"


def held_back(heard: str, text: str, boris: Person) -> bool:
    """Whether Boris's name stands bare right before his words: a label within a message has at least a blank. If only before his first, a
    timer has sent both in one go."""
    before, found, _ = heard.partition(text)
    return bool(found) and before.rstrip("\r\n").endswith(boris.name)


def template(text: str, person: Person) -> str:
    """A notice or label with this person's name and address made places to fill in."""
    return text.replace(person.name, "{name}").replace(str(person.port), "{port}").replace(person.host, "{host}")


def notice_template(text: str, person: Person) -> str:
    """The same for a notice by itself: without what surrounds it, and with places for a clock too."""
    return without_clock(template(text, person)).strip()


def _fill(pattern: str, person: Person) -> str:
    return pattern.replace("{name}", person.name).replace("{port}", str(person.port)).replace("{host}", person.host)


def _first_words_were_relayed(seen: Seen, anna: Person, boris: Person, before: str, after: str) -> bool:
    """Whether what came first was passed on like any text, so that this server has no names."""
    if boris.name in seen.naming:
        alike = _shape(seen.naming).strip().endswith(_shape(before + boris.name + after).strip())
        return alike and (before.strip() != "" or seen.naming.strip() in (boris.name, seen.hello.replace("{name}", boris.name)))
    # in turns Anna's first words may have been passed on instead, as soon as Boris was there
    return anna.name in seen.greeting_boris and _shape(seen.greeting_boris).strip().endswith(_shape(before).lstrip() + anna.name)


def _author(seen: Seen, anna: Person, boris: Person, label: tuple[str, str], author_by_listing: str) -> Author:
    before, after = label
    if any(person.name in before + after for person in (anna, boris)):  # also where it is the wrong one's name
        return "server" if seen.introduced else "client"
    heard_boris = _message(seen, seen.heard_boris, seen.second, anna)
    of_anna = "".join(around(heard_boris, seen.second)) if seen.second in heard_boris else before + after
    if without_clock(before + after) != without_clock(of_anna) or str(boris.port) in before + after:
        return "label"
    if author_by_listing == "client":
        return "client"
    return "nobody" if author_by_listing == "nobody" else "unknown"


def _framing(seen: Seen, after: str) -> tuple[str, str]:
    """(framing, what follows a text without the newline that is framing).

    A newline put before each message does delimit, but is no end: whoever reads lines shows a message only when the next one comes. So it
    belongs to the label, and the server's own messages end with nothing.
    """
    bare = after.removesuffix("\n").removesuffix("\r")
    if seen.framing == "lines" and "\n" not in after and _ends_bare(seen.heard_boris, seen.second):
        return "lines-in", after
    if seen.framing != "none":
        return seen.framing, bare
    return ("lines-out", bare) if after.endswith("\n") else ("none", after)


def _ends_bare(stream: str, text: str) -> bool:
    """Whether the text is there, and no newline anywhere behind it: a label may stand between."""
    return text in stream and "\n" not in around(stream, text)[1]


def _welcome(seen: Seen, boris: Person, joined: str, echo: str) -> str:
    """What the newcomer was told once inside, without the notice about himself and a labelled echo of his own name."""
    welcome = seen.welcome_boris or seen.welcome_anna
    if joined:
        welcome = welcome.replace(_fill(joined, boris), "", 1)
    if echo != boris.name:  # a bare name may well be part of the welcome
        welcome = welcome.replace(echo, "")
    return notice_template(welcome, boris)


def _shape(text: str) -> str:
    """The text with every number replaced, so that clocks, ports and counters do not tell two labels apart."""
    return re.sub(r"\d+", "#", text)


def without_clock(text: str) -> str:
    return _TIME.sub("{time}", _DATE.sub("{date}", text))
