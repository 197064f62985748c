"""Words that may end a session: constants that text is compared with, where the branch then leaves. Guesses for the interview to try."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence, Set

from grading.submission.texts import read_source

_LEAVES = frozenset({"close", "shutdown", "exit", "_exit", "quit", "remove", "pop", "discard", "stop", "destroy", "disconnect"})
_GIVES_UP = frozenset({"close", "shutdown", "unregister"})
_LONGEST = 30
_USUAL = re.compile(r"[/:!.\\]?(quit|exit|leave|log_?(out|off)|(good)?bye|disconnect|close|end|part|q|выход|выйти|уйти|пока)[: ]*", re.I)


def likely_first(found: Iterable[str], compared: Iterable[str]) -> tuple[str, ...]:
    """The words found, and of all that text is compared with (commands, names of methods, keys) those that usually say goodbye."""
    words = dict.fromkeys([*found, *(word for word in compared if _USUAL.fullmatch(word))])
    return tuple(sorted(words, key=lambda word: not _USUAL.fullmatch(word)))


def quit_words(listings: Iterable[bytes]) -> tuple[str, ...]:
    """Every such word of these files, once, in order."""
    found: dict[str, None] = {}
    for raw in listings:
        try:
            found |= dict.fromkeys(_words(read_source(raw).nodes))
        except RecursionError:
            continue
    return tuple(found)


def _words(nodes: Sequence[ast.AST]) -> Iterator[str]:
    constants = {
        target.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.isupper()
    }
    typed = _typed_variables(nodes) if _serves(nodes) else set()
    leaving = _LEAVES | {name for name in map(_gives_up, nodes) if name}
    flags = {_called(part) for node in nodes if isinstance(node, ast.While) for part in ast.walk(node.test)} - {""}
    for node in nodes:
        if isinstance(node, ast.If) and _leaves(node.body, flags, leaving):
            yield from _compared(node.test, constants, typed, wanted=(ast.Eq, ast.In))
        elif isinstance(node, ast.While) or (isinstance(node, ast.If) and _leaves(node.orelse, flags, leaving)):
            yield from _compared(node.test, constants, typed, wanted=(ast.NotEq, ast.NotIn))
        elif isinstance(node, ast.match_case) and _leaves(node.body, flags, leaving):
            yield from (word for n in ast.walk(node.pattern) if isinstance(n, ast.Constant) for word in _word(n))


def _compared(test: ast.expr, constants: dict[str, ast.Constant], typed: set[str], wanted: tuple[type, ...]) -> Iterator[str]:
    """Constants in `text == "quit"`, `text in ("quit", "exit")`, `text.startswith("/quit")`."""
    for node in ast.walk(test):
        operands: list[ast.expr] = []
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], wanted):
            operands = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("startswith", "endswith"):
            operands = [node.func.value, *node.args] if ast.Eq in wanted else []
        names = {n.id for operand in operands for n in ast.walk(operand) if isinstance(n, ast.Name)}
        if names & {"__name__", *typed}:
            continue
        for inner in (n for operand in operands for n in _constants(operand, constants)):
            yield from _word(inner)


def _constants(operand: ast.expr, constants: dict[str, ast.Constant]) -> Iterator[ast.Constant]:
    """The operand if it is a constant, or the constants of a tuple, a list, a set, or an .encode() of one."""
    if isinstance(operand, ast.Constant):
        yield operand
    elif isinstance(operand, ast.Name) and operand.id in constants:
        yield constants[operand.id]
    elif isinstance(operand, ast.Tuple | ast.List | ast.Set):
        for part in operand.elts:
            yield from _constants(part, constants)
    elif isinstance(operand, ast.Call) and isinstance(operand.func, ast.Attribute) and operand.func.attr == "encode":
        yield from _constants(operand.func.value, constants)


def _word(node: ast.Constant) -> Iterator[str]:
    text = node.value.decode("utf-8", "replace") if isinstance(node.value, bytes) else node.value
    if isinstance(text, str) and 0 < len(text.strip()) <= _LONGEST and text.isprintable():
        yield text


def _gives_up(node: ast.AST) -> str:
    """The name of a function of their own that is there to see somebody off: it closes, and does not listen."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    calls = {_called(inner.func) for inner in ast.walk(node) if isinstance(inner, ast.Call)}
    return node.name if calls & _GIVES_UP and not calls & {"accept", "recv", "recvfrom", "select", "poll"} else ""


def _leaves(body: list[ast.stmt], flags: set[str], leaving: Set[str]) -> bool:
    """Whether a branch ends the session: leaves the loop or function, closes or removes something, or says that a loop is over.

    `flags`: what the loops of the file ask before they go round again, as in `while self.working:`; `leaving`: what is called to leave.
    """
    for node in (n for statement in body for n in ast.walk(statement)):
        if isinstance(node, ast.Break | ast.Return):
            return True
        switched = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool)
        if isinstance(node, ast.Assign) and switched and any(_called(target) in flags for target in node.targets):
            return True
        if isinstance(node, ast.Call):
            name = _called(node.func)
            if name in leaving or "remove" in name or "disconnect" in name:
                return True
    return False


def _called(node: ast.AST) -> str:
    """The name of a variable, or of an attribute whatever it is one of; "" for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _typed_variables(nodes: Sequence[ast.AST]) -> set[str]:
    """Variables read from the server's own keyboard: what the operator types is no guest's quit word."""
    return {
        n.id
        for node in nodes
        if isinstance(node, ast.Assign) and any(isinstance(c, ast.Name) and c.id == "input" for c in ast.walk(node.value))
        for target in node.targets
        for n in ast.walk(target)
        if isinstance(n, ast.Name)
    }


def _serves(nodes: Sequence[ast.AST]) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr in ("bind", "accept", "start_server") for n in nodes)
