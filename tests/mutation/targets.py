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
    {style}.serve(listener, Room(Dialect(**json.loads({dialect!r})), {seats}, clock=datetime.now){limit})
"""
UNSENT_LIMIT: Final = 4096
"""Bytes that the checks leave unread for certain beyond what the kernel keeps: a chat with this limit has to hang up on somebody."""
_STAMPED: Final = Dialect(named_by="nobody", author="label", relay="[{time}] {host}:{port}: {text}", framing="lines-out")
_OF_WINDOWS: Final = replace(KNOWN["raw"], encoding="cp1251", joined="☺")
"""An alphabet of one byte a letter; what it lacks comes as a question mark."""


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
    echo = _reference("threaded", KNOWN["prompt-echo"], unsent_limit=UNSENT_LIMIT)
    raw = _reference("selecting", _OF_WINDOWS, unsent_limit=UNSENT_LIMIT)
    turns = _reference("blocking", replace(KNOWN["lines"], turns="alternate", quit=""))  # whose turn it is not cannot say goodbye
    raw_turns = _reference("blocking", replace(KNOWN["prompt-echo"], turns="alternate"))
    stamped, threaded_stamped = _reference("selecting", _STAMPED), _reference("threaded", _STAMPED)
    patient = _reference("selecting", replace(KNOWN["lines"], turns="alternate", quit=""), seats=2)  # hears what waits for its turn
    stamped_turns = _reference("blocking", replace(_STAMPED, turns="alternate"))
    lines_in = _reference("selecting", replace(KNOWN["first-message"], framing="lines-in", encoding="cp1251"))
    servers = "reference/servers"
    # At the end of the program, and of a socket nobody holds any more: what is done there the kernel or CPython would do a moment later.
    at_the_end = ("_Switchboard.close",)
    # For a system out of descriptors; how soon a message leaves, and whether somebody unplugged is noticed in minutes; the very end.
    unseen = ("PAUSE", "EXHAUSTED", "_wait_for_room", "QUEUE", "ALIVE", "prepare", "GRACE", "see_off", "_sent", "UNREAD")
    a_thousand = ("LAST_DESCRIPTOR", "MOST_ON_WINDOWS", "_Switchboard.can_watch")
    # These chats have a clock, and seats for all or for two, who stay till the end; all servers say from where a guest comes. Nobody says
    # 64 KB in one line, or a hundred lines out of turn.
    words = ("FULL", "GOODBYE", "TOO_LONG", "NOT_YOUR_TURN")
    unreachable = (*words, "MOST_WAITING", "Room.refuse", "Room.close", "_long_ago", "Room.enter.address")
    # The chat's own affair: what is made of blanks, how long a name is, what a namesake is called, how often somebody without a name is
    # asked again, when he is shown out and in what words, what is made of words that somebody had only begun to say, or said out of turn,
    # when he left. And where two talk, what becomes of the other when one has left (`adjourn`).
    names = ("LONGEST_NAME", "MOST_TRIES", "NO_NAME", "_Person.tries", "Room._ask_again", "Room._free_name")
    as_it_likes = (*names, "Room._turn_out", "Room._unfinished", "Room._waited", "Room._passes_blanks")
    # The encodings of these chats are good, and always said; PLAIN is for `chat serve` and the clients.
    unasked = ("_check", "PLAIN", "LineReader._checked", "LineReader.finish", "ChunkReader.finish")
    said = ("ChunkReader.__init__.encoding", "LineReader.__init__.encoding", "reader.encoding", "frame.encoding")
    everywhere = (selecting, turns, echo, patient, raw, stamped, raw_turns)
    return [
        Target(f"{servers}/threaded.py", (threaded, echo, threaded_stamped), (*at_the_end, "_Switchboard.depart")),
        Target(f"{servers}/selecting.py", (selecting, raw, stamped), (*at_the_end, *a_thousand)),
        Target(f"{servers}/blocking.py", (turns, raw_turns, stamped_turns), (*at_the_end, "_Switchboard.adjourn")),
        Target(f"{servers}/doorstep.py", (threaded, selecting, turns, stamped), (*unseen, "UNSENT_LIMIT")),
        Target("reference/room.py", everywhere, (*unreachable, *as_it_likes)),
        Target("reference/template.py", everywhere),
        Target("reference/framing.py", (*everywhere, lines_in), (*unasked, *said)),
        *(_lab(folder, limits) for folder, limits in GOOD_LABS.items()),
    ]


GOOD_LABS: Final = {
    "student_threaded": ("LONGEST_LINE", "LONGEST_QUEUE"),
    "student_select": ("LONGEST_LINE", "LONGEST_UNSENT"),
    "student_blocking": ("LONGEST_LINE",),
}
"""The labs, and their limits: nobody says so long a line, and how much is kept for one who does not read is the chat's own affair."""


def _reference(style: str, dialect: Dialect, unsent_limit: int | None = None, seats: int | None = None) -> Chat:
    """The reference, renamed: a lab that imports `reference` would be told that it has not done the work. `unsent_limit` as in `serve`."""
    folder = ROOT / "reference"
    paths = [*folder.glob("*.py"), *(folder / "servers").glob("*.py")]
    files = {_handed_in(path.relative_to(ROOT).as_posix()): _own(path.read_bytes()) for path in paths if path.name != "__main__.py"}
    seats = 2 if style == "blocking" else seats
    limit = f", unsent_limit={unsent_limit}" if unsent_limit else ""
    files["server.py"] = _SERVER.format(style=style, dialect=json.dumps(asdict(dialect)), seats=seats, limit=limit).encode()
    named = [name for name, known in KNOWN.items() if replace(known, turns=dialect.turns, quit=dialect.quit) == dialect]
    variant = "two-user" if seats == 2 else "multi-user"
    other = "stamped" if dialect.author == "label" else dialect.framing
    return Chat(f"{style}/{[*named, other][0]}{' in turns' if dialect.turns == 'alternate' else ''}", variant, files, asdict(dialect))


def _lab(name: str, limits: tuple[str, ...]) -> Target:
    folder = ROOT / "labs" / name
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.py"))}
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    return Target(f"labs/{name}/server.py", (Chat(name, expected["variant"], files, expected["dialect"]),), limits)


def _handed_in(file: str) -> str:
    """Where a file of the checkout lies in the lab that is handed in."""
    if file.startswith("reference/"):
        return file.replace("reference", "chatroom", 1)
    return file.split("/", 2)[2]


def _own(source: bytes) -> bytes:
    return source.replace(b"from reference", b"from chatroom")
