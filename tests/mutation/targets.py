"""What is mutated, and as which chats it is handed in: the reference servers, and the good examples of labs/.

A file of the reference is part of several chats. A mutant is caught as soon as one of them gets less than full marks. Each chat says how it
speaks, as a lab.toml would: a mutant that speaks otherwise is not another right chat, but one that fails its guests.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from grading.submission import LabSettings, Submission
from grading.submission.assemble import Found, assemble
from reference.dialect import KNOWN, Dialect

ROOT: Final = Path(__file__).parents[2]

_SERVER: Final = """
import json
from datetime import datetime
from chatroom.dialect import Dialect
from chatroom.room import Room
from chatroom.servers import {style}
from chatroom.servers.doorstep import listen
with listen("127.0.0.1", 9090) as listener:
    {style}.serve(listener, Room(Dialect(**json.loads({dialect!r})), {seats}, clock=datetime.now))
"""
_STAMPED: Final = Dialect(named_by="nobody", author="label", relay="[{time}] {host}:{port}: {text}", framing="lines-out")


@dataclass(frozen=True)
class Chat:
    """One chat that must get full marks as long as nobody has mutated it; `name` is for people, `dialect` as in a lab.toml."""

    name: str
    variant: str
    files: Mapping[str, bytes]
    dialect: Mapping[str, str | bool]

    def submission(self, file: str, source: str, id: str, settled: bool = True) -> Submission:
        """The chat with one file of the checkout replaced; `id` is what the report calls it, `settled` whether the dialect is said."""
        return self._submission({**self.files, _handed_in(file): _own(source.encode())}, id, settled)

    def original(self, settled: bool = True) -> Submission:
        """The chat as it is."""
        return self._submission(self.files, "original", settled)

    def _submission(self, files: Mapping[str, bytes], id: str, settled: bool) -> Submission:
        found = assemble(Found(f"{id} {self.name}", files, prefer="server.py"), None)
        return replace(found, settings=LabSettings(file="server.py", variant=self.variant, dialect=self.dialect if settled else {}))


@dataclass(frozen=True)
class Target:
    """One file to be mutated.

    Attributes:
        file: relative to the checkout.
        chats: those it is part of, the one most likely to catch a mutant first.
        left_out: names in it of what nobody who talks to these chats can reach: no mutants are made of them.
    """

    file: str
    chats: tuple[Chat, ...]
    left_out: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return (ROOT / self.file).read_text(encoding="utf-8")


def targets() -> list[Target]:
    """All of them, in the order of the report."""
    threaded, selecting = _reference("threaded", KNOWN["lines"]), _reference("selecting", KNOWN["lines"])
    echo, raw = _reference("threaded", KNOWN["prompt-echo"]), _reference("selecting", KNOWN["raw"])
    turns = _reference("blocking", replace(KNOWN["lines"], turns="alternate", quit=""))  # whose turn it is not cannot say goodbye
    raw_turns = _reference("blocking", replace(KNOWN["prompt-echo"], turns="alternate"))
    stamped, threaded_stamped = _reference("selecting", _STAMPED), _reference("threaded", _STAMPED)
    stamped_turns = _reference("blocking", replace(_STAMPED, turns="alternate"))
    lines_in = _reference("selecting", replace(KNOWN["first-message"], framing="lines-in"))
    servers = "reference/servers"
    at_the_end = "_Switchboard.close"  # of the program: what it does the kernel would do a moment later
    # For a system out of descriptors; how soon a message leaves, and whether somebody unplugged is noticed in minutes; the very end.
    unseen = ("PAUSE", "EXHAUSTED", "QUEUE", "ALIVE", "prepare", "GRACE", "see_off", "_sent")
    unreachable = ("FULL", "GOODBYE", "Room.refuse", "Room.close", "_long_ago")  # these chats have seats for all, and a clock
    everywhere = (selecting, echo, turns, raw_turns, raw, stamped)
    return [
        Target(f"{servers}/threaded.py", (threaded, echo, threaded_stamped), (at_the_end,)),
        Target(f"{servers}/selecting.py", (selecting, raw, stamped), (at_the_end, "LAST_DESCRIPTOR", "MOST_ON_WINDOWS")),  # a thousand
        Target(f"{servers}/blocking.py", (turns, raw_turns, stamped_turns), (at_the_end,)),
        Target(f"{servers}/doorstep.py", (threaded, selecting, turns, stamped), unseen),
        Target("reference/room.py", everywhere, unreachable),
        Target("reference/template.py", everywhere),
        # The encodings of these chats are good; PLAIN is for `chat serve` and the clients.
        Target("reference/framing.py", (*everywhere, lines_in), ("_check", "PLAIN")),
        *(_lab(folder) for folder in GOOD_LABS),
    ]


GOOD_LABS: Final = ("student_threaded", "student_select", "student_blocking")


def _reference(style: str, dialect: Dialect) -> Chat:
    """The reference, renamed: a lab that imports `reference` would be told that it has not done the work."""
    folder = ROOT / "reference"
    paths = [*folder.glob("*.py"), *(folder / "servers").glob("*.py")]
    files = {_handed_in(path.relative_to(ROOT).as_posix()): _own(path.read_bytes()) for path in paths if path.name != "__main__.py"}
    seats = 2 if style == "blocking" else None
    files["server.py"] = _SERVER.format(style=style, dialect=json.dumps(asdict(dialect)), seats=seats).encode()
    named = [name for name, known in KNOWN.items() if replace(known, turns=dialect.turns, quit=dialect.quit) == dialect]
    variant = "two-user" if style == "blocking" else "multi-user"
    other = "stamped" if dialect.author == "label" else dialect.framing
    return Chat(f"{style}/{[*named, other][0]}", variant, files, asdict(dialect))


def _lab(name: str) -> Target:
    folder = ROOT / "labs" / name
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.py"))}
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    return Target(f"labs/{name}/server.py", (Chat(name, expected["variant"], files, expected["dialect"]),))


def _handed_in(file: str) -> str:
    """Where a file of the checkout lies in the lab that is handed in."""
    if file.startswith("reference/"):
        return file.replace("reference", "chatroom", 1)
    return file.split("/", 2)[2]


def _own(source: bytes) -> bytes:
    return source.replace(b"from reference", b"from chatroom")
