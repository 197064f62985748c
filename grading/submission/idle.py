"""Waits whose time-out leads to nothing: the loop around them just waits again.

    while True:
        time.sleep(1)                   # under a server whose threads do the work

    while True:
        try:
            conn, address = server.accept()     # with server.settimeout(1), for Windows' Ctrl-C
        except socket.timeout:
            continue

    while True:
        ready, _, _ = select.select(sockets, [], [], 0.5)
        for sock in ready: ...

That a thread is woken there by a timer need not be waited for; and it can be read in the source, which is surer than any waiting. Only
loops that no guest can end count: who asks a variable whether to go on may be told to stop, and does so when the timer wakes him.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeGuard

from grading.submission.endless import Program
from grading.submission.texts import read_source

Kind = Literal["sleep", "one", "many"]
"""A pause; a wait for one socket; a wait for any of several."""
_ONE: Final = ("accept", "recv", "recvfrom", "recv_into", "recvfrom_into")
_MANY: Final = ("select", "poll")
_TIMED_OUT: Final = frozenset({"timeout", "TimeoutError", "OSError", "error", "Exception", "BaseException"})
"""Names of the exceptions that a time-out is one of."""
_LISTING: Final = frozenset({"list", "tuple", "set", "sorted", "keys", "values", "copy"})


def idle_waits(files: Mapping[str, bytes], *, alone: bool) -> tuple[tuple[str, int, Kind], ...]:
    """(file, line, kind) of each such wait in a program.

    Args:
        alone: nothing runs beside it. Else another thread may add a socket, which a `select` takes notice of when it wakes.
    """
    program = Program([node for raw in files.values() for node in read_source(raw).nodes])
    found: list[tuple[str, int, Kind]] = []
    for path, raw in files.items():
        for loop in (node for node in read_source(raw).nodes if isinstance(node, ast.While)):
            waits = _waits_of(loop, alone=alone)
            found += [(path, line, kind) for line, kind in waits] if waits and program.never_leaves(loop) else []
    return tuple(found)


def _waits_of(loop: ast.While, *, alone: bool) -> list[tuple[int, Kind]]:
    found: list[tuple[int, Kind]] = [(line, "sleep") for line in _sleeping(loop)]
    found += [(line, "one") for line in _waiting_for_one(loop)]
    found += [(line, "many") for line in _waiting_for_many(loop) if alone]
    return found


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, (ast.Pass, ast.Continue))


def _called(call: ast.expr) -> str:
    """The last part of the name of the function that is called, "" for anything else."""
    function = call.func if isinstance(call, ast.Call) else None
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


def _only_catches(statement: ast.stmt) -> TypeGuard[ast.Try]:
    return isinstance(statement, ast.Try) and not statement.orelse and not statement.finalbody


def _statements(loop: ast.While) -> Iterator[ast.stmt]:
    """What it does, also within `try`. What it does about exceptions it does when one comes: on Ctrl-C."""
    for outer in loop.body:
        yield from outer.body if _only_catches(outer) else [outer]


def _sleeping(loop: ast.While) -> list[int]:
    """Where it sleeps, if it does nothing else; the seconds must be worked out without calling anything."""
    statements = list(_statements(loop))
    calls = [statement.value for statement in statements if isinstance(statement, ast.Expr) and _called(statement.value) == "sleep"]
    asleep = [call.lineno for call in calls if isinstance(call, ast.Call) and not _works_out(call)]
    return asleep if len(asleep) + sum(map(_does_nothing, statements)) == len(statements) else []


def _works_out(call: ast.Call) -> bool:
    """Whether something is called for what it is given, other than to make a list of it."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    nodes = [node for expression in given for node in ast.walk(expression)]
    return any(isinstance(node, (ast.Call, ast.Await)) and _called(node) not in _LISTING for node in nodes)


def _waiting_for_one(loop: ast.While) -> list[int]:
    """Where it accepts or receives, if it begins with that and a time-out makes it begin again."""
    body = [statement for statement in loop.body if not _does_nothing(statement)]
    if not body or not isinstance(body[0], ast.Try) or body[0].finalbody:
        return []
    attempt, then = body[0], body[1:]
    handler = next((one for one in attempt.handlers if _catches_timeout(one.type)), None)
    if handler is None or not all(map(_does_nothing, handler.body)) or (then and not isinstance(handler.body[-1], ast.Continue)):
        return []
    first = attempt.body[0]
    return [first.value.lineno] if isinstance(first, ast.Assign) and _called(first.value) in _ONE else []


def _catches_timeout(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(map(_catches_timeout, caught.elts))
    name = caught.id if isinstance(caught, ast.Name) else caught.attr if isinstance(caught, ast.Attribute) else ""
    return caught is None or name in _TIMED_OUT


def _waiting_for_many(loop: ast.While) -> list[int]:
    """Where it waits for several sockets, if it begins with that and only goes through what it was given."""
    statements = [statement for statement in _statements(loop) if not _does_nothing(statement)]
    if not statements:
        return []
    first, then = statements[0], statements[1:]
    if isinstance(first, ast.For):
        return [first.iter.lineno] if not then and not first.orelse and _waits(first.iter) else []
    if not isinstance(first, ast.Assign) or not _waits(first.value):
        return []
    given = {node.id for target in first.targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    return [first.value.lineno] if all(_goes_through(statement, given) for statement in then) else []


def _waits(call: ast.expr) -> bool:
    return isinstance(call, ast.Call) and _called(call) in _MANY and not _works_out(call)


def _goes_through(statement: ast.stmt, given: set[str]) -> bool:
    """`for sock in ready: ...`, or `if not ready: continue`: nothing happens where there is nothing."""
    if isinstance(statement, ast.For):
        return not statement.orelse and isinstance(statement.iter, ast.Name) and statement.iter.id in given
    if not isinstance(statement, ast.If) or statement.orelse:
        return False
    none = isinstance(statement.test, ast.UnaryOp) and isinstance(statement.test.op, ast.Not)
    return none and _names(statement.test) <= given and all(map(_does_nothing, statement.body))


def _names(expression: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
