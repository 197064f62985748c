"""How the load speaks to one kind of server, and how it knows its own lines again. No input or output.

Every text of the load carries its author's number and its own: `17.230~xxxx`. Whatever comes back is held against them, so that a line
which is torn, or has a wrong name before it, is never taken for a delivery. A server's dialect says what stands around the text; IRC has an
entrance and a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from reference.clients.talk import Talk
from reference.dialect import Dialect
from reference.framing import reads_lines, sends_lines

IRC: Final = "irc"
CHANNEL: Final = "#chat"
SHORTEST: Final = 24  # bytes of a text: room for the two numbers of a long run
# Our names, and a text of ours. A name is at most 9 letters, which is all that IRC promises to keep.
_NAME: Final = rb"[a-z]{2}\d{4,7}"
_TEXT: Final = rb"(?P<text>(?P<author>\d{1,7})\.(?P<number>\d{1,12})~x*)"
_MARK: Final = re.compile(rb"\d\.\d+~")
_FIELDS: Final = {
    "{text}": _TEXT,
    "{name}": b"(?P<name>" + _NAME + b")",
    "{host}": rb"[0-9a-fA-F.:]+",
    "{port}": rb"(?P<port>\d{1,5})",
    "{time}": rb"\d\d:\d\d",
    "{date}": rb"\d\d\.\d\d\.\d{4}",
}
_ENDS: Final = {"lines": b"\n", "lines-out": b"\n", "lines-in": b"|", "none": b"|"}


class UnspeakableError(ValueError):
    """The load cannot speak this dialect; the text says why."""


class Entrance(Protocol):
    """What one guest says until he is inside."""

    @property
    def ready(self) -> bool:
        """Whether he is inside, as far as the server tells."""

    def begin(self) -> bytes:
        """What to send on connecting."""

    def heard(self, chunk: bytes) -> bytes:
        """The server sent `chunk`; returns what to answer."""


class Said(NamedTuple):
    """One line of ours, as it came back: whose text and which, and whose name and port the server put before it ("" for neither)."""

    line: bytes  # without a notice that melted into it
    author: int
    number: int
    text: bytes
    name: str
    port: str


@dataclass(frozen=True, slots=True)
class Speech:
    """How to speak to one kind of server.

    Attributes:
        title: the dialect's name.
        end: what ends one line of the load, in what comes back.
        echo: whether an author gets his own line back.
        alternate: whether two people speak in turn.
        one_at_a_time: whether a second text sent at once could melt into the first, because nothing is framed.
        notices: whether the others are told when somebody goes.
        enter: an Entrance for a guest of this name.
        template: what is sent for one text, with {name} and {text}.
        line: what comes back of it, without `end`.
    """

    title: str
    end: bytes
    echo: bool
    alternate: bool
    one_at_a_time: bool
    notices: bool
    enter: Callable[[str], Entrance]
    template: bytes
    line: re.Pattern[bytes]

    def say(self, name: str, text: bytes) -> bytes:
        """The bytes to send for one text."""
        return self.template.replace(b"{name}", name.encode()).replace(b"{text}", text)

    def recognise(self, line: bytes) -> Said | None:
        """The line of ours this is, if it is whole; `line` is without `end`."""
        found = self.line.fullmatch(line)
        if found is None:
            return None
        groups = found.groupdict(b"")
        name, port = groups.get("name", b"").decode(), groups.get("port", b"").decode()
        return Said(groups["line"], int(groups["author"]), int(groups["number"]), groups["text"], name, port)


def text_of(author: int, number: int, size: int) -> bytes:
    """The text number `number` of `author`, of `size` bytes."""
    head = b"%d.%d~" % (author, number)
    return head + b"x" * (size - len(head))


def has_mark(line: bytes) -> bool:
    """Whether something of ours is in a line, however torn."""
    return _MARK.search(line) is not None


def of_dialect(dialect: Dialect, title: str) -> Speech:
    """How to speak this dialect.

    Raises:
        UnspeakableError: over UDP or at a console there is nothing to load, and JSON or lengths are not spoken.
    """
    if dialect.transport != "tcp" or dialect.framing not in _ENDS:
        what = dialect.framing if dialect.transport == "tcp" else dialect.transport
        raise UnspeakableError(f"нагрузка говорит по TCP строками или без границ, а у диалекта {title} - {what}")
    end = _ENDS[dialect.framing]
    said = dialect.says
    if dialect.author == "client" and "{name}" not in said:
        said = "{name}: " + said
    relayed = dialect.relay if dialect.author in ("server", "label") else said
    if "{text}" not in said or "{text}" not in relayed:
        raise UnspeakableError(f"в диалекте {title} текст не передаётся: нет {{text}}")
    framed = {"lines": "\n", "lines-in": end.decode() + "\n", "lines-out": "", "none": end.decode()}[dialect.framing]
    before = b"" if sends_lines(dialect.framing) else b"(?s:.*?)"  # a notice has no end there, and stands before the next text
    return Speech(
        title,
        end,
        dialect.echo,
        dialect.turns == "alternate",
        not reads_lines(dialect.framing),
        bool(dialect.left),
        lambda name: _Visitor(Talk(dialect, name)),
        (said + framed).encode(dialect.encoding, "replace"),
        re.compile(before + b"(?P<line>" + _pattern(relayed, dialect.encoding) + rb"\r?)"),
    )


def of_irc() -> Speech:
    """How to speak to an IRC server: one channel, everybody in it."""
    line = rb"(?P<line>:(?P<name>" + _NAME + rb")!\S+ PRIVMSG " + CHANNEL.encode() + rb" :" + _TEXT + rb"\r?)"
    template = f"PRIVMSG {CHANNEL} :{{text}}\r\n".encode()
    return Speech(IRC, b"\n", False, False, False, True, _IrcVisitor, template, re.compile(line))


def pong(line: bytes) -> bytes:
    """The answer to an IRC server's "are you there?", b"" to anything else."""
    return b"PONG" + line[4:] + b"\r\n" if line.startswith(b"PING") else b""


def _pattern(template: str, encoding: str) -> bytes:
    parts = re.split(r"(\{(?:text|name|host|port|time|date)\})", template)
    named: set[str] = set()
    pattern = b""
    for part in parts:
        field = _FIELDS.get(part) or re.escape(part.encode(encoding, "replace"))
        # A group may be named once in a pattern; should a template say the name twice, the second time it has to be the same.
        if part in named and part in ("{name}", "{port}", "{text}"):
            field = b"(?P=" + part[1:-1].encode() + b")"
        named.add(part)
        pattern += field
    return pattern


class _Visitor:
    """An Entrance by the dialect, as the clients do it."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    @property
    def ready(self) -> bool:
        return self._talk.ready

    def begin(self) -> bytes:
        return self._talk.begin()

    def heard(self, chunk: bytes) -> bytes:
        return self._talk.heard(chunk)[1]


class _IrcVisitor:
    """An Entrance by NICK, USER and JOIN (RFC 2812, sections 3.1 and 3.2.1)."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rest = b""
        self.ready = False

    def begin(self) -> bytes:
        return f"NICK {self._name}\r\nUSER {self._name} 0 * :{self._name}\r\n".encode()

    def heard(self, chunk: bytes) -> bytes:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        answer = b""
        for line in lines:
            words = line.rstrip(b"\r").split(b" ")
            answer += pong(line.rstrip(b"\r"))
            if words[1:2] == [b"001"]:  # welcome: we are registered
                answer += f"JOIN {CHANNEL}\r\n".encode()
            elif words[1:2] == [b"366"]:  # end of the list of names: we are in the channel
                self.ready = True
        return answer
