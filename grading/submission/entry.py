"""Among the files of one lab: which is the chat server, how to start it, which are its clients."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import PurePosixPath

from grading.messages import _
from grading.submission.behaviour import traits_of
from grading.submission.modules import Import, Sources, above, closure, imports_of, module_files, parent
from grading.submission.traits import CHAT, Traits

# Numbers that sockets are given besides ports: buffer sizes and the like say nothing about who talks to whom.
BUFFERS = frozenset({1024, 2048, 4096, 8192, 16384, 32768, 65535})
_SERVER_NAME = re.compile(r"serv|host|сервер", re.I)
_CHAT_NAME = re.compile(r"chat|чат|task_?4|(^|[/_])4([/_.]|$)|задани\w*[ _]?4", re.I)
_ASIDE_NAME = re.compile(r"test|old|backup|copy|копия|example|draft|bench", re.I)


@dataclass(frozen=True)
class Candidate:
    """One server of the lab: its entry file, the files it loads, what they do together."""

    path: str
    modules: tuple[str, ...]
    traits: Traits

    @property
    def is_chat(self) -> bool:
        return self.traits.points >= CHAT

    @property
    def is_other_task(self) -> bool:
        """Surely the web page, the journal or the maths of the course's other tasks."""
        return self.traits.points < 0 or ((self.traits.http or self.traits.maths) and not self.is_chat)

    @property
    def kind(self) -> str:
        """What sort of chat it is, in words for a note."""
        t = self.traits
        if t.udp:
            return _("по UDP")
        return _("многопользовательский") if t.broadcast else _("на двоих") if t.crosses else _("через консоль сервера")

    @property
    def rank(self) -> tuple[int, ...]:
        """Greater is better: many users over two over the console, TCP over UDP; names only break ties."""
        t = self.traits
        sort = 3 if t.broadcast else 2 if t.crosses else 1
        name = 2 * bool(_CHAT_NAME.search(self.path)) + bool(_SERVER_NAME.search(self.path)) - 4 * bool(_ASIDE_NAME.search(self.path))
        return (self.is_chat, not self.is_other_task, sort, not t.udp, min(t.points, 8), name, -self.path.count("/"))


def servers(sources: Sources) -> list[Candidate]:
    """Every server among the Python files, best first; for a program of several files only the one it is started by."""
    programs = {path: candidate(path, sources) for path in sources}
    found = {path: program for path, program in programs.items() if _is_server(program, traits_of(sources[path]))}
    importers: dict[str, list[Candidate]] = {}
    for program in found.values():
        for module in program.modules[1:]:
            importers.setdefault(module, []).append(program)
    entries = [c for c in found.values() if not _is_part(c, found, importers.get(c.path, []))]
    return sorted(entries, key=lambda c: (*(-part for part in c.rank), c.path))


def candidate(path: str, sources: Sources) -> Candidate:
    """The program that starting `path` gives."""
    modules = closure(path, sources)
    whole = reduce(or_, (traits_of(sources[module]) for module in modules[1:]), traits_of(sources[path]))
    return Candidate(path, tuple(modules), whole)


def _is_server(program: Candidate, own: Traits) -> bool:
    """It serves itself, or it sets local modules going that do; a client that borrows a constant from the server does not."""
    return program.traits.serves and (own.serves or (own.starts and not own.is_client))


def _is_part(program: Candidate, found: Mapping[str, Candidate], importers: Collection[Candidate]) -> bool:
    """Whether another file is the one to start: it imports this one, and this one does not start by itself.

    Where both start, the one that holds the sockets is the server and the other (a menu, a test) is not.
    """
    if not program.traits.starts:
        return any(other.traits.starts for other in importers)
    loaded = [found[module] for module in program.modules[1:] if module in found]
    return any(other.traits.starts and program.path not in other.modules for other in loaded)


def clients(sources: Sources, server: Candidate | None) -> tuple[str, ...]:
    """The client programs. Where clients of several servers lie together, those that share a port with the chosen one."""
    used = set(server.modules) if server else set()
    found = [path for path in sources if path not in used and traits_of(sources[path]).is_client]
    if server is None:
        return tuple(found)
    ports = {n for n in server.traits.numbers if n > 1023} - BUFFERS
    same = [path for path in found if any(traits_of(sources[m]).numbers & ports for m in closure(path, sources))]
    digits = re.findall(r"\d+", PurePosixPath(server.path).stem)
    alike = [path for path in same if digits and re.findall(r"\d+", PurePosixPath(path).stem) == digits]
    return tuple(alike or same or found)


@dataclass(frozen=True)
class Launch:
    """How a server file is started: the folder to start it in, what follows the interpreter, and a folder to put everything into first.

    `into` is not empty for a package handed in without the folder above it: `from .x import y` needs the folder's name.
    """

    cwd: str
    argv: tuple[str, ...]
    into: str = ""


def launch(path: str, sources: Sources, name: str = "lab") -> Launch:
    """Start a script in its own folder; a module of a package with -m from the folder above the package."""
    here = parent(path)
    imports = imports_of(sources[path])
    level = max((i.level for i in imports), default=0)
    if level:
        folders = list(above(here))
        if level < len(folders):
            return _as_module(path, folders[level])
        if level == len(folders):  # the package's own folder is the root we were given
            into = name if name.isidentifier() else "lab"
            return Launch("", ("-m", _dotted(f"{into}/{path}")), into)
    base = _base(here, imports, sources)
    if base == here or b"sys.path" in sources[path]:  # who edits sys.path knows where it is started from
        return Launch(here, (PurePosixPath(path).name,))
    return _as_module(path, base)


def _base(here: str, imports: Collection[Import], sources: Sources) -> str:
    """The folder nearest to the script from which all its local modules are found."""
    base = here
    for imported in imports:
        if imported.level or imported.module.partition(".")[0] in sys.stdlib_module_names:
            continue
        homes = [folder for folder in above(here) if module_files(folder, imported.module, sources)]
        if homes and len(homes[0]) < len(base):
            base = homes[0]
    return base


def _as_module(path: str, base: str) -> Launch:
    inside = path.removeprefix(base + "/") if base else path
    dotted = _dotted(inside)
    if all(part.isidentifier() for part in dotted.split(".")):
        return Launch(base, ("-m", dotted))
    return Launch(base, (inside,))


def _dotted(path: str) -> str:
    return ".".join(PurePosixPath(path).with_suffix("").parts).removesuffix(".__main__")
