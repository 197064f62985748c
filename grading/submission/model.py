"""What a submission is once found and read: plain frozen values, no I/O.

Nothing here was executed: everything comes from reading bytes. Strings taken from a student's files (paths, source lines, words) are
untrusted, and every renderer escapes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from grading.messages import _

ProblemKind = Literal["no-server", "not-python", "syntax", "empty", "missing-module", "limits", "unreadable", "config"]


@dataclass(frozen=True)
class Problem:
    """Why a submission cannot be graded.

    Attributes:
        kind: a word for the programs; "config" means a broken lab.toml (exit code 2).
        text: the same in words for the student, with the file and line where there are any.
        file, line, source: where, and that line of the student's text; "" and 0 where it is no single line.
    """

    kind: ProblemKind
    text: str
    file: str = ""
    line: int = 0
    source: str = ""


@dataclass(frozen=True)
class Place:
    """A name found in a student's source, e.g. an imported module: file:line."""

    name: str
    file: str
    line: int


@dataclass(frozen=True)
class Origin:
    """Where the lines of a file put together from a report come from.

    Attributes:
        file: the report or notebook.
        lines: lines[i] is the report's line of the file's line i + 1 (in a notebook: the line within its cell); 0 if it is none.
        cells: the same for a notebook's cells, counted from 1; empty for a report.
    """

    file: str
    lines: tuple[int, ...]
    cells: tuple[int, ...] = ()

    def place(self, line: int) -> tuple[str, int] | None:
        """(the report, or the notebook and its cell; the line there) of `line` of the file, None if it is none of the student's."""
        if not 1 <= line <= len(self.lines) or not self.lines[line - 1]:
            return None
        cell = self.cells[line - 1] if self.cells else 0
        return _("{file}, ячейка {cell}").format(file=self.file, cell=cell) if cell else self.file, self.lines[line - 1]

    def where(self, line: int) -> str:
        """The place of `line` of the file in words, "" if the file has no such line."""
        if (place := self.place(line)) is None:
            return ""
        return _("{file}, строка {line}").format(file=place[0], line=place[1]) if self.cells else f"{place[0]}:{place[1]}"


@dataclass(frozen=True)
class Way:
    """A way in which a guest's program may speak: these fields of reference.dialect.Dialect, guessed or settled in lab.toml."""

    framing: str = "none"
    hello: str = "{name}"
    then: str = ""
    says: str = "{text}"
    escaped: bool = True


@dataclass(frozen=True)
class SourceFacts:
    """What reading the server's own source tells (the server file and the local modules it imports).

    Attributes:
        imports: top-level names of every module imported.
        uses_socket: the socket library is imported and something of it is used.
        engines: ready-made network engines used instead of it (socketserver, asyncio streams, flask, ...).
        missing: modules imported that neither Python, nor the lab, nor the sandbox has.
        hides: local files that hide a module of the standard library ("socket.py").
        threads, select, asyncio: which ways of serving several people at once the source mentions.
        transport: "tcp", "udp", or "" if the source does not tell.
        keyboard: the server calls input() or reads sys.stdin; argv: it looks at its command line.
        quit_words: constants it compares received text with before it ends a session.
        author: "client" if a client's listing puts a name before what it sends, "nobody" if clients send the bare text, "" unknown.
        client_quit_words: words that end the client program.
        ways: how guests may have to speak where plain text does not do: guesses, the likeliest first.
        encoding: the one that all text is decoded and encoded in, "" if that is UTF-8 or not said.
        idle: (file, line, kind) of each wait whose time-out leads to nothing; kinds as in submission.idle.
    """

    imports: tuple[Place, ...] = ()
    uses_socket: bool = False
    engines: tuple[Place, ...] = ()
    missing: tuple[Place, ...] = ()
    hides: tuple[Place, ...] = ()
    threads: bool = False
    select: bool = False
    asyncio: bool = False
    transport: Literal["tcp", "udp", ""] = ""
    keyboard: bool = False
    argv: bool = False
    quit_words: tuple[str, ...] = ()
    author: Literal["client", "nobody", ""] = ""
    client_quit_words: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    encoding: str = ""
    idle: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True)
class LabSettings:
    """What lab.toml says; the defaults say nothing.

    Attributes:
        file, args, cwd: how to launch; "" and () leave it to us. cwd "." is the root of the lab.
        stdin: what to type at the server's keyboard.
        dialect: fields of reference.dialect.Dialect that are settled, not asked.
        variant: which rubric, "" for the best one.
        by_student: which keys ("dialect.echo", "launch.args") come from the student's own file; the others are the teacher's word.
    """

    file: str = ""
    args: tuple[str, ...] = ()
    cwd: str = ""
    stdin: str = ""
    dialect: Mapping[str, str | bool] = field(default_factory=dict)
    variant: str = ""
    by_student: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Submission:
    """One chat handed in, ready to be started or with the reason why it cannot be.

    Attributes:
        path: as the user named it, or as found below that; control characters escaped.
        files: relative POSIX path -> content, the private copy the sandbox gets.
        server: path of the server file within `files`, "" if there is none.
        argv: what follows the interpreter, e.g. ("server.py",) or ("-m", "chat.server", "--port", "9090").
        cwd: folder within `files` in which to start it; "" is their root. argv is relative to it.
        clients: client programs within `files`.
        sha256: of paths and contents; independent of times and of where the lab lies.
        facts: what reading the source tells.
        settings: what lab.toml says.
        problem: why it cannot be graded, or None.
        notes: lines for the reader: what was chosen, what was left out.
        doubt: one more, that holds unless guests of the server are seen to hear each other.
        origin: for files put together from a report: which of its lines they are.
    """

    path: str
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    server: str = ""
    argv: tuple[str, ...] = ()
    cwd: str = ""
    clients: tuple[str, ...] = ()
    sha256: str = ""
    facts: SourceFacts = field(default_factory=SourceFacts)
    settings: LabSettings = field(default_factory=LabSettings)
    problem: Problem | None = None
    notes: tuple[str, ...] = ()
    doubt: str = ""
    origin: Mapping[str, Origin] = field(default_factory=dict, repr=False)


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 over sorted paths and contents; lengths are hashed too, so that moving a byte from name to content changes it."""
    whole = hashlib.sha256()
    for path in sorted(files):
        name = path.encode("utf-8", "surrogateescape")
        whole.update(b"%d:%d:" % (len(name), len(files[path])) + name + files[path])
    return whole.hexdigest()


def printable(text: str) -> str:
    """`text` with control characters, surrogates and direction overrides escaped, so that a file's name cannot paint a report."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
