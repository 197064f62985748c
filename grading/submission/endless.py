"""Loops that go on until Ctrl-C: `while True`, and `while running` where nothing but Ctrl-C makes that false."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final

_DONE_AT_THE_END: Final = ("signal", "register")  # signal.signal, atexit.register: what is given them is called at the end
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


class Program:
    """A student's program, all its files together."""

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        self._nodes = nodes

    def never_leaves(self, loop: ast.While) -> bool:
        """Whether no guest can make its condition false: it is True, or a flag that is changed only once Ctrl-C was pressed."""
        test = loop.test
        if isinstance(test, ast.Constant):
            return bool(test.value)
        if _name(test):  # running, self.running
            changes = [node for node in self._nodes if _assigns(node, _name(test))]
            begins = any(isinstance(node, (ast.Assign, ast.AnnAssign)) and _is_true(node.value) for node in changes)
            return begins and self._at_the_end(node for node in changes if not _is_true(getattr(node, "value", None)))
        return _asks_an_event(test) and self._at_the_end(node for node in self._nodes if _sets_an_event(node))

    def _at_the_end(self, nodes: Iterable[ast.AST]) -> bool:
        return all(node in self._last_things for node in nodes)

    @cached_property
    def _last_things(self) -> set[ast.AST]:
        """All that is done only after Ctrl-C: in handlers of KeyboardInterrupt, in `finally` beside them, in functions only they call."""
        last: set[ast.AST] = set()
        for node in self._nodes:
            if isinstance(node, ast.Try):
                handlers = [handler for handler in node.handlers if handler.type and "KeyboardInterrupt" in _names(handler.type)]
                last |= _within([*handlers, *(node.finalbody if handlers else [])])
            elif isinstance(node, ast.Call) and _name(node.func) in _DONE_AT_THE_END:
                last |= _within(node.args)
        for _depth in range(2):  # one function calls another; deeper nobody goes to end a server
            last |= _within(node for node in self._nodes if isinstance(node, _Function) and self._mentioned_only_in(last, node.name))
        return last

    def _mentioned_only_in(self, last: set[ast.AST], function: str) -> bool:
        mentions = [node for node in self._nodes if _name(node) == function]
        return bool(mentions) and all(node in last for node in mentions)


def _assigns(node: ast.AST, flag: str) -> bool:
    """Whether this gives the variable a value, or takes it away."""
    return isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.NamedExpr, ast.For, ast.withitem, ast.Delete)) and any(
        _name(part) == flag and isinstance(getattr(part, "ctx", None), (ast.Store, ast.Del)) for part in _targets(node)
    )


def _targets(node: ast.AST) -> set[ast.AST]:
    own = [getattr(node, name, None) for name in ("target", "optional_vars")]
    return _within([*(part for part in own if isinstance(part, ast.AST)), *getattr(node, "targets", [])])


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is True


def _asks_an_event(test: ast.expr) -> bool:
    """`not stop.is_set()`"""
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and _calls(test.operand, "is_set")


def _sets_an_event(node: ast.AST) -> bool:
    """Whichever: it may have been handed on under another name."""
    return _calls(node, "set")


def _calls(node: ast.AST, method: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method


def _name(node: ast.AST) -> str:
    """The name of a variable or an attribute, "" of anything else."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _within(nodes: Iterable[ast.AST]) -> set[ast.AST]:
    return {part for node in nodes for part in ast.walk(node)}


def _names(node: ast.AST) -> set[str]:
    return {_name(part) for part in ast.walk(node)}
