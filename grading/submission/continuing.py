"""Programs shown in pieces: which listing goes on with the one before it, and which cells of a notebook belong together.

A report prints a class method by method, a notebook imports in one cell and starts the server in another. A piece is joined to what it goes
on with only where that is seen: the text says so, its indentation does, or it uses what was defined before and never used. What is merely
quoted from a program that stands complete above it is not joined to it.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from grading.submission.behaviour import traits_of
from grading.submission.listings import Listing, glued, joined_as_they_are
from grading.submission.texts import read_source
from grading.submission.traits import Traits

_SAYS_SO = re.compile(r"продолж|окончание|остальн\w+ (код|часть)|continu|\brest of\b", re.I)
_KEPT_ALIVE = ("import threading as kernel", "[thread.join() for thread in kernel.enumerate() if thread is not kernel.main_thread()]")
_PIECES = 12  # of one program, that are tried together
_KNOWN = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "get_ipython", "display"}


@dataclass(frozen=True)
class Names:
    """The names of one listing: what its module defines (functions, classes and imports apart), what it uses, what it lacks."""

    defined: frozenset[str] = frozenset()
    offered: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()

    @property
    def loose(self) -> frozenset[str]:
        """Defined or imported, and never used: somebody else must be meant to."""
        return self.offered - self.used


@lru_cache(maxsize=1024)
def names_of(raw: bytes) -> Names:
    """The names in a file; none if it does not parse."""
    source = read_source(raw)
    if source.tree is None:
        return Names()
    used = {n.id for n in source.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    bound = {n.id for n in source.nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    bound |= {n.arg for n in source.nodes if isinstance(n, ast.arg)}
    bound |= {n.name for n in source.nodes if isinstance(n, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and n.name}
    bound |= {name for node in source.nodes for name in _offered(node)}
    top = list(_statements(source.tree.body))
    offered = {name for node in top for name in _offered(node)}
    inside = (n for node in top if not _offered(node) for n in ast.walk(node))
    assigned = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return Names(frozenset(offered | assigned), frozenset(offered), frozenset(used), frozenset(used - bound - _KNOWN))


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those inside `if`, `try` and loops too."""
    for node in body:
        yield node
        for inner in ("body", "orelse", "finalbody"):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _statements(getattr(node, inner, []))


def _offered(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return set()


def _raw(listing: Listing) -> bytes:
    return listing.text.encode("utf-8", "replace")


def _names(listing: Listing) -> Names:
    return names_of(_raw(listing))


def _traits(listing: Listing) -> Traits:
    return traits_of(_raw(listing))


# -- a report


def continued(listings: Sequence[Listing]) -> list[Listing]:
    """The programs of a report: pieces that go on with one another joined, everything else as it is."""
    programs: list[Listing] = []
    number = 0
    while number < len(listings):
        whole, number = listings[number], number + 1
        while more := _going_on(whole, listings[number : number + _PIECES]):
            whole, number = glued([whole, *listings[number : number + more]]), number + more
        programs.append(whole)
    return programs


def _going_on(whole: Listing, following: Sequence[Listing]) -> int:
    """How many of the listings that follow go on with this one."""
    near = 0
    while near < len(following) and following[near].name in ("", whole.name):
        near += 1
    if not near or _is_quoted(following[0], whole):
        return 0
    if not whole.parses:  # cut in the middle of something
        return next((n for n in range(1, near + 1) if glued([whole, *following[:n]]).parses), 0)
    return int(_goes_on(whole, following[0]))


def _is_quoted(piece: Listing, whole: Listing) -> bool:
    """Every line of it stands in the program already."""
    there = {line.strip() for line in whole.lines}
    return all(line.strip() in there or line.strip() in ("", "...") or line.strip().startswith("#") for line in piece.lines)


def _goes_on(whole: Listing, piece: Listing) -> bool:
    before, after = _names(whole), _names(piece)
    first, second = _traits(whole), _traits(piece)
    if (first.serves and second.is_client) or (first.is_client and second.serves) or before.offered & after.offered - _imported(piece):
        return False
    if len(piece.margin) > len(whole.margin):
        return (bool(before.loose) or not first.starts) and joined_as_they_are([whole, piece]).parses
    if not piece.parses or not glued([whole, piece]).parses:
        return False
    if _SAYS_SO.search(piece.caption):
        return True
    return bool(after.lacking & before.loose) and after.lacking <= before.defined


def _imported(listing: Listing) -> frozenset[str]:
    nodes = read_source(_raw(listing)).nodes
    return frozenset(name for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for name in _offered(node))


# -- a notebook


def gathered(cells: Sequence[Listing]) -> list[Listing]:
    """The listings of a notebook, each program together with the cells it needs, in their order.

    A cell that only tries the server out is no program: nobody can sit at it.
    """
    loose = [cell for cell in cells if cell.is_code and not cell.name and not cell.role]
    rest = [cell for cell in cells if cell not in loose]
    seeds = [cell for cell in loose if _traits(cell).serves or _traits(cell).accepts]
    programs = [_with_what_it_needs(seed, loose, _serves_nobody) for seed in seeds]
    whole = [_kept_alive(program) for program in programs if _traits(program).serves]
    if not any(_traits(cell).is_client for cell in rest):
        seats = [cell for cell in loose if _traits(cell).is_client]
        programs = [_with_what_it_needs(seat, loose, lambda cell: not _traits(cell).serves) for seat in seats]
        whole += [program for program in programs if _traits(program).inputs]
    taken = {number for program in whole for number in (program.cells or (program.cell,))}
    others = [cell for cell in loose if cell.cell not in taken and not _traits(cell).is_client]
    return sorted([*rest, *whole, *others], key=lambda listing: listing.cell)


def _kept_alive(program: Listing) -> Listing:
    """In a notebook a server may run in a daemon thread, for the kernel lives on; as a program it would end where the last cell ends."""
    top = list(_statements(tree.body)) if (tree := read_source(_raw(program)).tree) else []
    simple = [node for node in top if isinstance(node, ast.Expr | ast.Assign)]
    if any(isinstance(node, ast.While | ast.For) for node in top) or not any(
        re.search(r"\bThread\(", ast.unparse(node)) for node in simple
    ):
        return program
    cells = program.cells or (program.cell,) * len(program.lines)
    return replace(program, lines=(*program.lines, *_KEPT_ALIVE), places=(*program.places, 0, 0), cells=(*cells, 0, 0))


def _serves_nobody(cell: Listing) -> bool:
    return not (_traits(cell).connects or _traits(cell).serves)


def _with_what_it_needs(seed: Listing, cells: Sequence[Listing], may: Callable[[Listing], bool]) -> Listing:
    """The cell, those that define what it lacks, and those that start what it defines. `may`: whether another cell may be among them."""
    others = [cell for cell in cells if cell is not seed and cell.parses and may(cell)]
    end = next((cell.cell for cell in cells if cell.cell > seed.cell and cell not in others), seed.cell + 10**9)
    chosen = _defining([seed], others)
    for cell in others:
        names = _names(_together(chosen, seed))
        if cell in chosen:
            continue
        binds = (_traits(cell).binds or _traits(cell).listens) and _names(cell).lacking <= names.defined
        starts = seed.cell < cell.cell < end and bool(_names(cell).lacking & _unused(names))
        if binds or starts:
            more = _defining([*chosen, cell], others)
            if not _names(_together(more, seed)).lacking - names.lacking:
                chosen = more
    return _together(chosen, seed)


def _unused(names: Names) -> frozenset[str]:
    return names.defined - names.used


def _defining(chosen: list[Listing], others: Sequence[Listing]) -> list[Listing]:
    """These cells and those that define what they lack: the nearest above, else the nearest below."""
    while True:
        whole = _together(chosen, chosen[0])
        for name in sorted(_names(whole).lacking):
            defining = [cell for cell in others if cell not in chosen and name in _names(cell).defined]
            if defining:
                above = [cell for cell in defining if cell.cell < chosen[0].cell]
                chosen = [*chosen, above[-1] if above else defining[0]]
                break
        else:
            return chosen


def _together(chosen: Sequence[Listing], seed: Listing) -> Listing:
    return replace(glued(sorted(chosen, key=lambda cell: cell.cell)), cell=seed.cell) if len(chosen) > 1 else chosen[0]
