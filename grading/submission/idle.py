"""Loops that do nothing but sleep: `while True: time.sleep(1)` under a server whose threads do the work.

Nothing ever comes of a thread in one of them, so that its timer wakes it need not be waited for.
"""

from __future__ import annotations

import ast
from typing import TypeGuard

from grading.submission.texts import read_source


def idle_lines(raw: bytes) -> tuple[int, ...]:
    """The lines of the calls of `sleep` in a source's endless loops that hold nothing else."""
    loops = [node for node in read_source(raw).nodes if isinstance(node, ast.While) and _endless(node.test)]
    return tuple(line for loop in loops for line in _sleeping(loop))


def _endless(test: ast.expr) -> bool:
    return isinstance(test, ast.Constant) and bool(test.value)


def _sleeping(loop: ast.While) -> list[int]:
    """Where this loop sleeps; nowhere if it does anything else. What it does about exceptions it does when one comes: on Ctrl-C."""
    statements = [statement for outer in loop.body for statement in (outer.body if _only_catches(outer) else [outer])]
    asleep = [statement.value.lineno for statement in statements if isinstance(statement, ast.Expr) and _is_sleep(statement.value)]
    return asleep if len(asleep) + sum(map(_does_nothing, statements)) == len(statements) else []


def _only_catches(statement: ast.stmt) -> TypeGuard[ast.Try]:
    return isinstance(statement, ast.Try) and not statement.orelse and not statement.finalbody


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, (ast.Pass, ast.Continue))


def _is_sleep(call: ast.expr) -> bool:
    """A call of `time.sleep` or `sleep`, its seconds worked out without calling anything else."""
    if not isinstance(call, ast.Call) or any(isinstance(node, ast.Call) for seconds in call.args for node in ast.walk(seconds)):
        return False
    function = call.func
    return (isinstance(function, ast.Name) and function.id == "sleep") or (isinstance(function, ast.Attribute) and function.attr == "sleep")
