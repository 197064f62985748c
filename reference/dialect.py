"""How a chat server speaks: one small frozen value that Room, grader and reports share.

A Dialect says nothing about sockets. Templates use `{name}` for the speaker's name, `{text}` for what was said, `{host}` and `{port}` for
the speaker's address, `{time}` and `{date}` for a clock; anything else in them is literal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Transport = Literal["tcp", "udp", "console"]
NamedBy = Literal["prompt", "first-message", "nobody"]
Author = Literal["server", "label", "client", "nobody", "unknown"]
Turns = Literal["free", "alternate"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one server speaks to its guests.

    Attributes:
        transport: "tcp", "udp", or "console" (the second user sits at the server's own keyboard).
        prompt: exact text the server sends to ask for the name; "" if it asks nothing.
        named_by: how a guest's name gets to the server: an answer to `prompt`, the "first-message", or "nobody" (it has no names).
        author: who puts the author before a text: the "server" (by name), a "label" (address or number, by the server), the "client"
            program itself, "nobody", or "unknown" (raw relay and no client listing to tell).
        relay: what the server makes of one text, e.g. "{name}: {text}"; "{text}" for a raw relay.
        echo: whether the author gets his own text back.
        welcome: what the newcomer is told once inside; "" for nothing.
        joined: what the others are told when someone comes in; "" for nothing.
        left: what the others are told when someone goes; "" for nothing.
        quit: the word that ends the session of the one who says it; "" if the server knows none. It is the
            whole message, "QUIT:" beside "MSG:hi"; but where texts come in objects it is said as one, unless it is an object itself.
        framing: how messages are told apart: "none" (one recv is one message), "lines" (newline both ways), "lines-in" (the server
            ends a guest's message at a newline, and puts none after its own), "lines-out" (newline only in what the server sends), "nul"
            (a zero byte after each), "json" (bare objects), "json-lines" (one on each line), "json-out" (objects in what the server
            sends, none in what it reads), or the length before each message: "length-2", "length-4", "length-4-little" (bytes),
            "length-decimal-10" (so many digits), "length-line" (digits and a newline).
        turns: "free", or "alternate" (two users speak in turn; words out of turn wait).
        encoding: of all text.
        hello: what a guest's program sends to give the name, e.g. "NICK:{name}"; "" if it sends nothing of the kind.
        then: what it has to send after that to be let in (a room, a password), each answer on a line of its own; "" for nothing.
        says: what it sends for one text, e.g. '{"name": "{name}", "text": "{text}"}'.
        escaped: whether in JSON it writes letters as json.dumps does unless told otherwise, "\\u0430" for "а".
    """

    transport: Transport = "tcp"
    prompt: str = ""
    named_by: NamedBy = "first-message"
    author: Author = "server"
    relay: str = "{name}: {text}"
    echo: bool = False
    welcome: str = ""
    joined: str = ""
    left: str = ""
    quit: str = ""
    framing: str = "none"
    turns: Turns = "free"
    encoding: str = "utf-8"
    hello: str = "{name}"
    then: str = ""
    says: str = "{text}"
    escaped: bool = True


# Named after what they are. `lines` is our own; the other five are what students really chose, one archetype each: nothing is framed, and
# their own client programs expect exactly these words.
KNOWN: Final[dict[str, Dialect]] = {
    "lines": Dialect(
        prompt="Как вас зовут?",
        named_by="prompt",
        author="server",
        relay="{name}: {text}",
        welcome="Добро пожаловать, {name}! Чтобы уйти, напишите /выход",
        joined="{name} теперь с нами",
        left="{name} больше не с нами",
        quit="/выход",
        framing="lines",
    ),
    # Every chunk goes to everybody, to its author too; the client program writes "[12:30] Анна: " before the text.
    "raw-echo": Dialect(named_by="nobody", author="client", relay="{text}", echo=True),
    # Every chunk goes to the others, and nobody says whose it is.
    "raw": Dialect(named_by="nobody", author="nobody", relay="{text}"),
    # The first message is the name; comings and goings are not announced.
    "first-message": Dialect(named_by="first-message", author="server", relay="{name}: {text}", quit="quit"),
    # The server asks with a token that the client program answers; the client writes the author, the server the notices.
    "prompt-echo": Dialect(
        prompt="Nick",
        named_by="prompt",
        author="client",
        relay="{text}",
        echo=True,
        welcome="Connected to the server",
        joined="{name} joined the chat.",
        left="{name} left the chat.",
    ),
    "prompt": Dialect(
        prompt="NICK",
        named_by="prompt",
        author="client",
        relay="{text}",
        welcome="Подключение к серверу успешно!",
        joined="{name} присоединился к чату!",
        left="{name} покинул чат!",
    ),
}
