"""What the server's source says about itself, read and never run: for advice, for checks on the means used, for the interview's guesses."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from grading.messages import _
from grading.submission.authorship import author_among
from grading.submission.behaviour import traits_of
from grading.submission.entry import Candidate
from grading.submission.idle import idle_waits
from grading.submission.model import Origin, Place, Problem, SourceFacts
from grading.submission.modules import Sources, above, closure, imports_of, is_missing, parent, resolve
from grading.submission.quitwords import likely_first, quit_words
from grading.submission.texts import read_source, syntax_problem_of
from grading.submission.ways import encoding_of, ways_of
from grading.submission.wirewords import read_words

# Modules that do the work of this lab instead of the student.
_ENGINES = frozenset(
    {"socketserver", "http.server", "xmlrpc.server", "asyncore", "asynchat", "multiprocessing.connection", "wsgiref.simple_server"}
    | {"flask", "flask_socketio", "fastapi", "starlette", "uvicorn", "django", "channels", "aiohttp", "tornado", "twisted", "websockets"}
    | {"websocket", "websocket_server", "socketio", "engineio", "zmq", "trio", "anyio", "curio", "gevent", "eventlet"}
    | {"grpc", "pika", "redis", "paho", "Pyro5", "rpyc", "pwn", "reference", "grading"}
)
# asyncio over a raw socket (loop.sock_recv, ...) is fine; its streams and protocols hide the socket.
_ASYNCIO_ENGINES = frozenset(
    {"start_server", "start_unix_server", "open_connection", "create_datagram_endpoint", "create_connection", "create_server"}
)


def facts_of(server: Candidate, clients: Iterable[str], sources: Sources) -> SourceFacts:
    """The facts about one server and the clients beside it."""
    own = {path: sources[path] for path in server.modules}
    programs = [sources[module] for client in clients for module in closure(client, sources)]
    traits = server.traits
    imports = _imported(own)
    alone = not traits.threads and not {"threading", "_thread", "multiprocessing", "concurrent"} & {place.name for place in imports}
    return SourceFacts(
        imports=tuple(imports),
        uses_socket=any(map(_uses_socket, own.values())),
        engines=tuple(_engines(own)),
        missing=tuple(place for place, _ in missing(server, sources)),
        hides=tuple(_hiding(server, sources)),
        threads=traits.threads or "threading" in {place.name for place in imports},
        select=traits.selects,
        asyncio=traits.asyncio,
        transport="tcp" if traits.accepts or traits.listens else "udp" if traits.udp else "",
        keyboard=traits.inputs or any(b"sys.stdin" in raw for raw in own.values()),
        argv=traits.argv,
        quit_words=likely_first(quit_words(own.values()), read_words(own.values()).compared),
        author=author_among(programs),
        client_quit_words=quit_words(programs),
        ways=ways_of(list(own.values()), programs),
        encoding=encoding_of(own.values()),
        idle=idle_waits(own, alone=alone),
    )


def _imported(files: Mapping[str, bytes]) -> list[Place]:
    """Absolute imports by top-level name, the first place of each."""
    found: dict[str, Place] = {}
    for path, raw in files.items():
        for imported in imports_of(raw):
            name = imported.module.partition(".")[0]
            if name and not imported.level:
                found.setdefault(name, Place(name, path, imported.line))
    return list(found.values())


def _uses_socket(raw: bytes) -> bool:
    """The module is imported and something of it is called or used (its constants alone would do for `from socket import *`)."""
    source = read_source(raw)
    if source.tree is None:  # a mistake elsewhere in the file takes no import away
        return re.search(r"^[ \t]*(import[ \t][\w, ]*\bsocket\b|from[ \t]+socket[ \t]+import\b)", source.text, re.M) is not None
    nodes = source.nodes
    aliases, names = set(), set()
    for node in nodes:
        if isinstance(node, ast.Import):
            aliases |= {(a.asname or a.name) for a in node.names if a.name == "socket"}
        elif isinstance(node, ast.ImportFrom) and node.module == "socket" and not node.level:
            names |= {(a.asname or a.name) for a in node.names}
    used = {n.value.id for n in nodes if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)}
    called = {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    return bool(aliases & used) or bool(names & called) or ("*" in names and bool(called & {"socket", "create_server"}))


def _engines(files: Mapping[str, bytes]) -> list[Place]:
    found: list[Place] = []
    for path, raw in files.items():
        for imported in imports_of(raw):
            module = imported.module
            named = {module, module.partition(".")[0], *(f"{module}.{name}" for name in imported.names)}
            if not imported.level and (engine := next(iter(sorted(named & _ENGINES)), "")) and not _only_waits(engine, raw):
                found.append(Place(engine, path, imported.line))
            if module == "asyncio":
                found += [Place(f"asyncio.{name}", path, imported.line) for name in imported.names if name in _ASYNCIO_ENGINES]
        found += [Place(name, path, line) for name, line in (_asyncio_calls(raw) or _engines_by_words(raw))]
    return found


def _engines_by_words(raw: bytes) -> list[tuple[str, int]]:
    """Of a file that does not parse."""
    lines = read_source(raw).lines if read_source(raw).tree is None else []
    named = ((match[1], number) for number, line in enumerate(lines, 1) if (match := re.match(r"\s*(?:import|from)\s+([\w.]+)", line)))
    return [(name, number) for name, number in named if {name, name.partition(".")[0]} & _ENGINES]


def _only_waits(engine: str, raw: bytes) -> bool:
    """multiprocessing.connection has connections of its own, and a `wait` that is a select for sockets and pipes."""
    parts = {n.attr if isinstance(n, ast.Attribute) else n.name for n in read_source(raw).nodes if isinstance(n, ast.Attribute | ast.alias)}
    return engine == "multiprocessing.connection" and not parts & {"Listener", "Client", "*"}


def _asyncio_calls(raw: bytes) -> list[tuple[str, int]]:
    """asyncio.start_server(...), loop.create_server(...); socket.create_server is the student's own socket."""
    calls = [n.func for n in read_source(raw).nodes if isinstance(n, ast.Call)]
    found = []
    for call in calls:
        if isinstance(call, ast.Attribute) and call.attr in _ASYNCIO_ENGINES and traits_of(raw).asyncio:
            owner = ast.unparse(call.value)
            if owner == "asyncio" or "loop" in owner:
                found.append((f"{'asyncio' if owner == 'asyncio' else 'loop'}.{call.attr}", call.lineno))
    return found


def missing(server: Candidate, sources: Sources) -> list[tuple[Place, bool]]:
    """Modules that are nowhere, and whether the server needs them in order to start (imported at the top of a module)."""
    found: dict[str, tuple[Place, bool]] = {}
    bases = list(above(parent(server.path)))
    for path in server.modules:
        for imported in imports_of(sources[path]):
            name = imported.module.partition(".")[0]
            if imported.guarded or imported.level or resolve(imported, path, bases, sources) or not name or not is_missing(name):
                continue
            first, needed = found.get(name, (Place(imported.module, path, imported.line), False))
            found[name] = (first, needed or imported.top)
    return list(found.values())


def _hiding(server: Candidate, sources: Sources) -> list[Place]:
    """Files and packages beside the server that Python finds before its own module of that name."""
    here = parent(server.path)
    found = []
    for path in sources:
        name = PurePosixPath(path).stem
        package = name == "__init__" and parent(parent(path)) == here and path != server.path
        name = PurePosixPath(parent(path)).name if package else name
        if (parent(path) == here or package) and name in sys.stdlib_module_names:
            found.append(Place(name, path, 1))
    return found


def syntax_problem(files: Mapping[str, bytes], server: str, origin: Mapping[str, Origin] | None = None) -> Problem | None:
    """The first syntax error in the server or the local modules it loads, or None. Compiled, never executed."""
    for path in closure(server, Sources(files)):
        if problem := syntax_problem_of(path, files[path], (origin or {}).get(path)):
            return problem
    return None


def start_problem(server: Candidate, sources: Sources, origin: Mapping[str, Origin]) -> Problem | None:
    """Why the server cannot even start: a syntax error, or a module that nobody has."""
    problem = syntax_problem(sources, server.path, origin)
    if problem is not None:
        return problem
    for place, needed in missing(server, sources):
        if needed:
            line = read_source(sources[place.file]).lines[place.line - 1].strip()
            ours = place.name.partition(".")[0] in sys.stdlib_module_names
            why = _("он есть только в Windows") if ours else _("его нет ни в Python, ни среди сданных файлов")
            text = _("Модуль {name} не найден ({file}, строка {line}): {why}. Доступны стандартные, loguru и colorama.")
            file, number = (place.file in origin and origin[place.file].place(place.line)) or (place.file, place.line)
            words = text.format(name=place.name, file=file, line=number, why=why)
            return Problem("missing-module", words, place.file, place.line, line)
    return None
