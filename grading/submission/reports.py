"""A report's listings put together into the files of a lab: server.py, client.py and the modules they import."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from grading.messages import _
from grading.submission.behaviour import traits_of
from grading.submission.continuing import continued, gathered, is_quoted, is_surely_client, stripped
from grading.submission.entry import Candidate, clients, servers
from grading.submission.listings import Listing, fenced, glued, listings_of, parted
from grading.submission.model import Origin
from grading.submission.modules import Sources, imports_of, is_missing
from grading.submission.names import names_of, runs
from grading.submission.notebooks import meant, notebook_listings
from grading.submission.texts import decode, read_source
from grading.submission.unmarked import bare, indented

SUFFIXES = (".md", ".markdown", ".txt", ".ipynb")


@dataclass(frozen=True)
class ReportFiles:
    """What a report yields; no files if no server is in it."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    origin: Mapping[str, Origin] = field(default_factory=dict)
    server: Candidate | None = None
    notes: tuple[str, ...] = ()
    python: bool = False  # it has listings of Python at all
    client: bool = False  # and one of them is a client
    whole: int = 0  # 1: the server starts and lacks nothing; 2: and nothing is defined in it that it does not use
    unsolved: bool = False  # it is a notebook of the course whose exercises nobody has done yet


def read_report(name: str, raw: bytes) -> ReportFiles:
    """The server, its modules and the clients of a report. Raises ValueError for a notebook that is none."""
    text, encoding = decode(raw)
    notes = (_("Кодировка отчёта — {encoding}, а не UTF-8.").format(encoding=encoding),) if encoding != "utf-8" else ()
    notebook = name.lower().endswith(".ipynb")
    if notebook:
        everything = notebook_listings(text)
        listings, why = meant(everything)
        if everything and not listings:
            return ReportFiles(notes=notes, python=True, unsolved=True)
        together = gathered(listings)
        readings, notes = iter([(together, False), (_sections_glued(together), False)]), (*notes, *filter(None, [why]))
    else:
        readings = _readings(text)
    best = ReportFiles(notes=notes)
    for listings, last_resort in readings:
        if last_resort and best.whole:
            break
        found = _assemble(name, listings)
        if last_resort and not found.whole and (best.server is not None or (found.server is None and not found.client)):
            continue  # what only parses may be prose
        if _goodness(found) > _goodness(best):
            best = replace(found, notes=notes + found.notes)
        if found.server is not None and found.server.is_chat and (found.whole == 2 or (notebook and found.server.traits.parses)):
            break
    return best


def _goodness(found: ReportFiles) -> tuple[int, ...]:
    """Greater is better. Of two whole servers the one that was read first is right: more text is no better then."""
    server = found.server
    if server is None:
        return (0, found.client, found.python)
    return (1, server.is_chat, server.traits.parses, found.whole, *(server.rank if not found.whole else ()))


def _readings(text: str) -> Iterator[tuple[list[Listing], bool]]:
    """Ways to read the report, from the strict one to the lenient; the first that shows a chat is right.

    With each: whether it is for reports in which no server was found before.
    """
    listings, by_marks = listings_of(text), fenced(text)
    for way in (listings, by_marks):
        yield way, False
        yield _sections_glued(way), False
    lines = tuple(text.split("\n"))
    if read_source(text.encode("utf-8", "replace")).tree is not None:
        yield [Listing(lines, tuple(range(1, len(lines) + 1)))], False  # a .txt that is nothing but the program
    for read in (indented, bare):
        yield (unmarked := read(text)), True
        yield _sections_glued(unmarked), True


def _sections_glued(listings: Iterable[Listing]) -> list[Listing]:
    """For a program shown function by function: pieces in a row, up to the client or to a listing with a name of its own."""
    programs: list[list[Listing]] = []
    there: set[str] = set()  # the lines of the last of them
    side = ""
    for piece in listings:
        said = re.search(r"(клиент|client)|(сервер|server)", f"{piece.caption} {piece.name}", re.I)
        now = side if said is None else "client" if said[1] else "server"
        whole = traits_of(piece.text.encode("utf-8", "replace"))
        if is_surely_client(whole) or (side == "client" and whole.serves):
            now = "client" if whole.is_client else "server"
        if programs and now == side and piece.name in ("", programs[-1][0].name):
            programs[-1] += [] if is_quoted(piece, there) else [piece]
        else:
            programs.append([piece])
            there = set()
        there |= stripped([piece])
        side = now
    return [glued(pieces) for pieces in programs]


def _assemble(name: str, listings: list[Listing]) -> ReportFiles:
    listings = [
        listing
        for listing in listings
        if re.search(r"\b(import|def|class|socket)\b|=", listing.text) or (listing.parses and "(" in listing.text)
    ]
    listings = [part for listing in listings for part in parted(listing)]
    if not any(listing.cell for listing in listings):
        listings = continued(listings)
    named = _named(listings)
    sources = Sources({path: _encoded(listing) for path, listing in named.items()})
    found = servers(sources)
    if not found:
        python = any(listing.parses and imports_of(_encoded(listing)) for listing in listings)
        return ReportFiles(python=python, client=any(traits_of(_encoded(listing)).is_client for listing in listings))
    server, *others = sorted(found, key=lambda one: (not one.is_chat, one.is_other_task, not _wholeness(one, sources)))
    kept = [*server.modules, *clients(sources, server)]
    names = _final_names(kept, server.path)
    notes = [_several(named[server.path], server)] if _chats(others) else []
    notes += _from_cells(named[server.path])
    files = {names[path]: sources[path] for path in kept}
    origin = {names[path]: _origin(name, named[path]) for path in kept}
    chosen = replace(server, path=names[server.path], modules=tuple(names[module] for module in server.modules))
    return ReportFiles(files, origin, chosen, tuple(notes), python=True, whole=_wholeness(server, sources))


def _wholeness(program: Candidate, sources: Sources) -> int:
    """As in ReportFiles.whole: what is left of a program that was cut up lacks names, or defines some in vain."""
    raw = sources[program.path]
    names = names_of(raw)
    if not (program.traits.parses and runs(raw)) or names.lacking:
        return 0
    return 1 if names.functions - names.used else 2


def _several(listing: Listing, server: Candidate) -> str:
    if listing.cell:
        return _("В блокноте несколько серверов, проверяется тот, что в ячейке {cell} ({kind}).").format(
            cell=listing.cell, kind=server.kind
        )
    text = _("В отчёте несколько серверов, проверяется тот, что в строке {line} ({kind}).")
    return text.format(line=listing.places[0], kind=server.kind)


def _from_cells(listing: Listing) -> list[str]:
    """From which cells of a notebook the server was put together, and how to say it better."""
    cells = sorted(set(listing.cells) - {0})
    if len(cells) < 2:
        return []
    joined = _(
        "Сервер собран из ячеек {cells} блокнота. Если собран не весь или не тот, запишите его одной ячейкой с %%writefile server.py "
        "или поставьте такой ячейке метку server."
    )
    return [joined.format(cells=", ".join(map(str, cells)))]


def _chats(candidates: Iterable[Candidate]) -> list[Candidate]:
    return [candidate for candidate in candidates if candidate.is_chat]


def _encoded(listing: Listing) -> bytes:
    return listing.text.encode("utf-8", "replace")


def _origin(report: str, listing: Listing) -> Origin:
    return Origin(report, listing.places, listing.cells or ((listing.cell,) * len(listing.places) if listing.cell else ()))


def _named(listings: Iterable[Listing]) -> dict[str, Listing]:
    """Listings by file name: the name given, if it is sane and free, else a number that no student uses.

    A listing whose name another program already has is either its continuation or a quotation from it.
    """
    named: dict[str, Listing] = {}
    for number, listing in enumerate(listings, 1):
        path = _sane(listing, named)
        if path in named:
            both = glued([named[path], listing])
            first, second = traits_of(_encoded(named[path])), traits_of(_encoded(listing))
            if not (first.serves or first.is_client) and both.parses:
                named[path] = both
                continue
            if not (second.serves or second.is_client):
                continue
            path = ""
        named[path or f"listing_{number}.py"] = listing
    return _modules_named(named)


def _sane(listing: Listing, named: Mapping[str, Listing]) -> str:
    """The listing's own name, "" if it cannot be right: hidden standard module, "server.py" over the client's code."""
    traits, path = traits_of(_encoded(listing)), listing.name
    stem = path.rpartition("/")[2].removesuffix(".py")
    wrong_side = ("serv" in stem.lower() and traits.is_client) or ("client" in stem.lower() and traits.serves)
    if not path or wrong_side or not is_missing(stem):
        return ""
    return path


def _modules_named(named: dict[str, Listing]) -> dict[str, Listing]:
    """Unnamed listings that define what others import from a missing module get that module's name."""
    wanted = {
        i.module: set(i.names)
        for listing in named.values()
        for i in imports_of(_encoded(listing))
        if i.names and not i.level and "." not in i.module and is_missing(i.module) and f"{i.module}.py" not in named
    }
    result: dict[str, Listing] = {}
    for path, listing in named.items():
        module = next((m for m, names in wanted.items() if path.startswith("listing_") and names <= _defined(listing)), "")
        result[f"{module}.py" if module and f"{module}.py" not in result else path] = listing
    return result


def _defined(listing: Listing) -> set[str]:
    tree = read_source(_encoded(listing)).tree
    body = tree.body if tree else []
    names = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    targets = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    return names | {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}


def _final_names(kept: list[str], server: str) -> dict[str, str]:
    """server.py and client.py for the listings nobody named."""
    names: dict[str, str] = {}
    for path in kept:
        free = path
        if re.fullmatch(r"listing_\d+\.py", path):
            stem = "server" if path == server else "client"
            free = next(name for n in range(1, 999) if (name := f"{stem}{n if n > 1 else ''}.py") not in {*kept, *names.values()})
        names[path] = free
    return names
