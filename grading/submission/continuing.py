"""Programs shown in pieces: which listing goes on with the one before it, and which cells of a notebook belong together.

A report prints a class method by method, a notebook imports in one cell and starts the server in another. A piece is joined to what it goes
on with only where that is seen: the text says so, its indentation does, or it uses what was defined before and never used. What is merely
quoted from a program that stands complete above it is not joined to it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from grading.submission.behaviour import traits_of
from grading.submission.listings import Listing, glued, joined_as_they_are
from grading.submission.names import PREPARES, Names, names_of, offered_by, runs, statements
from grading.submission.texts import read_source
from grading.submission.traits import Traits

_SAYS_SO = re.compile(r"продолж|окончание|остальн\w+ (код|часть)|continu|\brest of\b", re.I)
_KEPT_ALIVE = ("import threading as kernel", "[thread.join() for thread in kernel.enumerate() if thread is not kernel.main_thread()]")
_PIECES = 12  # of one program, that are tried together
_CELLS = 60  # of one program in a notebook: each is read anew with all before it
_PROGRAMS = 20  # of one notebook, that are put together


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
    there = stripped([whole])
    if not near or is_quoted(following[0], there):
        return 0
    if not whole.parses:  # cut in the middle of something
        return next((n for n in range(1, near + 1) if glued([whole, *following[:n]]).parses), 0)
    defined = _names(whole).defined
    for number, piece in enumerate(following[:near], 1):
        if _goes_on(whole, glued(following[:number])):
            return number
        lacking = _names(piece).lacking
        if not piece.parses or not lacking or not lacking <= defined or is_quoted(piece, there):
            break
        defined |= _names(piece).defined
    return 0


def stripped(listings: Iterable[Listing]) -> set[str]:
    """Their lines without indentation."""
    return {line.strip() for listing in listings for line in listing.lines}


def is_quoted(piece: Listing, there: Collection[str]) -> bool:
    """Every line of it stands in the program already, of which `there` are the lines (see `stripped`)."""
    return all(line.strip() in there or line.strip() in ("", "...") or line.strip().startswith("#") for line in piece.lines)


def _goes_on(whole: Listing, piece: Listing) -> bool:
    before, after = _names(whole), _names(piece)
    first, second = _traits(whole), _traits(piece)
    if (
        (first.serves and is_surely_client(second))
        or (first.is_client and second.serves)
        or before.offered & after.offered - _imported(piece)
    ):
        return False
    if len(piece.margin) > len(whole.margin):
        return (bool(before.loose) or not first.starts) and joined_as_they_are([whole, piece]).parses
    if not piece.parses or not glued([whole, piece]).parses:
        return False
    if _SAYS_SO.search(piece.caption):
        return True
    goes_to_work = (first.binds or first.connects) and not runs(_raw(whole)) and runs(_raw(piece))
    return bool(after.lacking) and after.lacking <= before.defined and (bool(after.lacking & before.loose) or goes_to_work)


def is_surely_client(traits: Traits) -> bool:
    """Half of a server over UDP sends and receives datagrams as a client does."""
    return traits.is_client and (traits.connects or traits.inputs)


def _imported(listing: Listing) -> frozenset[str]:
    nodes = read_source(_raw(listing)).nodes
    return frozenset(name for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for name in offered_by(node))


# -- a notebook


def gathered(cells: Sequence[Listing]) -> list[Listing]:
    """The listings of a notebook, each program together with the cells it needs, in their order.

    A cell that only tries the server out is no program: nobody can sit at it.
    """
    loose = [cell for cell in cells if cell.is_code and not cell.name and not cell.role]
    rest = [cell for cell in cells if cell not in loose]
    seeds = [cell for cell in loose if _traits(cell).serves or _receives_guests(_traits(cell))][:_PROGRAMS]
    programs = [_with_what_it_needs(seed, loose, _serves_nobody) for seed in seeds]
    whole = [_kept_alive(program) for program in programs if _traits(program).serves]
    if not any(_traits(cell).is_client for cell in rest):
        seats = [cell for cell in loose if _traits(cell).is_client][:_PROGRAMS]
        programs = [_with_what_it_needs(seat, loose, lambda cell: not _traits(cell).serves) for seat in seats]
        whole += [program for program in programs if _traits(program).inputs]
    taken = {number for program in whole for number in (program.cells or (program.cell,))}
    others = [cell for cell in loose if cell.cell not in taken and not _traits(cell).is_client]
    return sorted([*rest, *whole, *others], key=lambda listing: listing.cell)


def _receives_guests(traits: Traits) -> bool:
    return traits.accepts > 0 or (traits.recvfrom and not traits.inputs)


def _kept_alive(program: Listing) -> Listing:
    """In a notebook a server may run in a daemon thread, for the kernel lives on; as a program it would end where the last cell ends."""
    top = list(statements(tree.body)) if (tree := read_source(_raw(program)).tree) else []
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
    possible = {cell.cell for cell in others}
    end = next((cell.cell for cell in cells if cell.cell > seed.cell and cell.cell not in possible), seed.cell + 10**9)
    chosen = _defining([seed], others)
    whole = _together(chosen, seed)
    for cell in others:
        if cell in chosen:
            continue
        names = _names(whole)
        binds = cell.cell < end and _gets_ready(_raw(cell)) and _names(cell).lacking <= names.defined
        lacks, sets_to_work = _names(cell).lacking, runs(_raw(cell)) and not runs(_raw(whole))
        starts = seed.cell < cell.cell < end and bool(lacks & (names.defined if sets_to_work else _unused(names)))
        if binds or starts:
            more = _defining([*chosen, cell], others)
            if not _names(_together(more, seed)).lacking - names.lacking:
                chosen, whole = more, _together(more, seed)
        if len(chosen) >= _CELLS:
            break
    return whole


@lru_cache(maxsize=1024)
def _gets_ready(raw: bytes) -> bool:
    """Nothing but calls that make a socket ready, of one that other cells have."""
    body = tree.body if (tree := read_source(raw).tree) else []
    calls = [node.value.func for node in body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return len(calls) == len(body) and any(isinstance(func, ast.Attribute) and func.attr in PREPARES for func in calls)


def _unused(names: Names) -> frozenset[str]:
    return names.defined - names.used


def _defining(chosen: list[Listing], others: Sequence[Listing]) -> list[Listing]:
    """These cells and those that define what they lack: the nearest above, else the nearest below."""
    while len(chosen) < _CELLS:
        whole = _together(chosen, chosen[0])
        for name in sorted(_names(whole).lacking):
            defining = [cell for cell in others if cell not in chosen and name in _names(cell).defined]
            if defining:
                above = [cell for cell in defining if cell.cell < chosen[0].cell]
                chosen = [*chosen, above[-1] if above else defining[0]]
                break
        else:
            break
    return chosen


def _together(chosen: Sequence[Listing], seed: Listing) -> Listing:
    return replace(glued(sorted(chosen, key=lambda cell: cell.cell)), cell=seed.cell) if len(chosen) > 1 else chosen[0]
