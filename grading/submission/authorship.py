"""Who puts the author's name before a text: read off the client's listing, because a raw relay does not tell.

A client that composes f"{name}: {text}" in its message loop is the author of the label; one that sends what was typed as it is leaves it
to the server, or to nobody. The expression that is sent is followed back through assignments and arguments to where the text was typed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from grading.submission.texts import read_source

Who = Literal["client", "nobody", ""]
_SENDS = frozenset({"send", "sendall", "sendto", "write", "sock_sendall", "send_message", "send_text", "send_msg"})
_NAME = re.compile(r"name|nick|user|login|author|sender|имя|ник", re.I)
_CHOSEN = frozenset({"input", "choice", "randint", "argv", "getsockname", "gethostname", "getuser", "uuid4", "getpid", "ask", "askstring"})
_KEYBOARD = frozenset({"input", "readline", "ainput", "prompt"})
_CLOCK = frozenset({"now", "time", "strftime", "ctime", "asctime", "localtime", "today", "datetime", "isoformat"})
_PEELED = frozenset({"encode", "strip", "rstrip", "ljust", "upper", "lower"})
_DEPTH = 6  # assignments followed back: enough for people
_MEANINGS = 20  # assignments to one variable that are looked at
_STEPS = 2_000  # altogether: `x = x + x` written a thousand times must not keep the grader busy


@dataclass
class _Program:
    """Where the values of a client's variables come from, scope by scope ("" is the module)."""

    steps: int = 0
    attributes: dict[str, list[tuple[ast.expr, str]]] = field(default_factory=dict)  # "self.name", whichever method sets it
    values: dict[tuple[str, str], list[ast.expr]] = field(default_factory=dict)
    parameters: dict[str, list[str]] = field(default_factory=dict)
    sends: list[tuple[str, ast.expr, bool]] = field(default_factory=list)  # (scope, what is sent, inside a loop)
    in_loops: set[tuple[str, str]] = field(default_factory=set)  # variables set anew in a loop: texts, not names
    calls: list[tuple[str, str, ast.Call, bool]] = field(default_factory=list)  # (scope, called function, call, inside a loop)

    def meanings(self, node: ast.expr, scope: str) -> list[tuple[ast.expr, str]]:
        """What a variable may hold: the expressions assigned to it, or passed for it, and the scope of each."""
        if self.steps > _STEPS:
            return []
        found = self._meanings(node, scope)[:_MEANINGS]
        self.steps += 1 + len(found)
        return found

    def _meanings(self, node: ast.expr, scope: str) -> list[tuple[ast.expr, str]]:
        if isinstance(node, ast.Attribute):
            return self.attributes.get(ast.unparse(node), [])
        key = node.id if isinstance(node, ast.Name) else ""
        own = [(value, scope) for value in self.values.get((scope, key), [])]
        if key in (names := self.parameters.get(scope, [])):
            place = names.index(key)
            for where, called, call, _ in self.calls:
                if called == scope and place < len(call.args):
                    own.append((call.args[place], where))
                own += [(word.value, where) for word in call.keywords if called == scope and word.arg == key]
        return own or [(value, "") for value in self.values.get(("", key), [])]


def author_of(raw: bytes) -> Who:
    """ "client", "nobody", or "" if no sent text can be followed back to the keyboard."""
    tree = read_source(raw).tree
    if tree is None:
        return ""
    try:
        program = _Program()
        _collect(tree, program, "", False)
        looping = {called for _, called, _, looped in program.calls if looped}
        verdicts = {_judge(sent, scope, program) for scope, sent, looped in program.sends if looped or scope in looping}
        verdicts = verdicts - {""} or {_judge(sent, scope, program) for scope, sent, _ in program.sends}
    except RecursionError:
        return ""
    return "client" if "client" in verdicts else "nobody" if "nobody" in verdicts else ""


def author_among(listings: Iterable[bytes]) -> Who:
    """The verdict over all clients of a lab: "client" if some client does it."""
    verdicts = {author_of(raw) for raw in listings}
    return "client" if "client" in verdicts else "nobody" if "nobody" in verdicts else ""


def _collect(node: ast.AST, program: _Program, scope: str, looped: bool) -> None:
    for child in ast.iter_child_nodes(node):
        inner, loops = scope, looped or isinstance(child, ast.While | ast.For | ast.AsyncFor)
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inner, loops = child.name, False
            program.parameters[inner] = [a.arg for a in [*child.args.posonlyargs, *child.args.args] if a.arg not in ("self", "cls")]
        elif isinstance(child, ast.Assign):
            for target in child.targets:
                _remember(target, child.value, program, scope)
            program.in_loops |= {(scope, ast.unparse(target)) for target in child.targets if looped}
        elif isinstance(child, ast.NamedExpr | ast.AnnAssign | ast.AugAssign) and child.value:
            _remember(child.target, child.value, program, scope)
        elif isinstance(child, ast.For):
            _remember(child.target, child.iter, program, scope)
        elif isinstance(child, ast.Call):
            name = _called(child)
            program.calls.append((scope, name, child, looped))
            if name in _SENDS and child.args:
                program.sends.append((scope, child.args[1 if name == "sock_sendall" and len(child.args) > 1 else 0], looped))
        _collect(child, program, inner, loops)


def _remember(target: ast.expr, value: ast.expr, program: _Program, scope: str) -> None:
    if isinstance(target, ast.Tuple | ast.List):
        same = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        for number, part in enumerate(target.elts):
            _remember(part, value.elts[number] if same and isinstance(value, ast.Tuple | ast.List) else value, program, scope)
    elif isinstance(target, ast.Name | ast.Attribute):
        if isinstance(target, ast.Attribute):
            program.attributes.setdefault(ast.unparse(target), []).append((value, scope))
        else:
            program.values.setdefault((scope, target.id), []).append(value)


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""


def _judge(sent: ast.expr, scope: str, program: _Program) -> Who:
    """What one send says: a text with a name before it, a bare text, or nothing we can tell."""
    pieces = list(_pieces(sent, scope, program, 0))
    texts = [piece for piece, where in pieces if _typed(piece, where, program, 0)]
    names = [piece for piece, where in pieces if _is_name(piece, where, program)]
    if any(text is not name for text in texts for name in names) and len(pieces) > 1:
        return "client"
    return "nobody" if texts else ""


def _pieces(node: ast.expr, scope: str, program: _Program, depth: int) -> Iterator[tuple[ast.expr, str]]:
    """The variable parts a sent expression is put together from, in order; encodings and constants are peeled off."""
    parts = _parts(node)
    if parts is not None:
        for part in parts:
            yield from _pieces(part, scope, program, depth)
    elif isinstance(node, ast.Name | ast.Attribute) and depth < _DEPTH:
        # A variable that is itself put together (message = f"{name}: {text}") is taken apart; any other is one piece.
        together = [(value, where) for value, where in program.meanings(node, scope) if _is_composed(value)]
        if together:
            for value, where in together:
                yield from _pieces(value, where, program, depth + 1)
        else:
            yield node, scope
    elif not isinstance(node, ast.Constant):
        yield node, scope


def _parts(node: ast.expr) -> list[ast.expr] | None:
    """The operands of an expression that composes text, None if it does not."""
    parts: list[ast.expr] | None = None
    match node:
        case ast.JoinedStr(values=values):
            parts = [value.value for value in values if isinstance(value, ast.FormattedValue)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            parts = [left, right]
        case ast.BinOp(left=ast.Constant(), op=ast.Mod(), right=right):
            parts = list(right.elts) if isinstance(right, ast.Tuple) else [right]
        case ast.Dict(values=values):
            parts = values
        case ast.Call(func=ast.Attribute(value=inner, attr=attribute)) if attribute in _PEELED:
            parts = [inner]
        case ast.Call(func=ast.Attribute(attr="format"), args=args, keywords=words):
            parts = [*args, *(word.value for word in words)]
        case ast.Call(func=ast.Attribute(attr="join"), args=[ast.List(elts=values) | ast.Tuple(elts=values)]):
            parts = values
        case ast.Call(func=ast.Attribute(attr="dumps") | ast.Name(id="bytes" | "str" | "dumps"), args=[first, *_]):
            parts = [first]
    return parts


def _is_composed(value: ast.expr) -> bool:
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _PEELED:
        return _is_composed(value.func.value)  # name = input().strip() is still one name
    parts = _parts(value)
    return parts is not None and any(not isinstance(part, ast.Constant) for part in parts)


def _mentions(node: ast.AST) -> set[str]:
    walked = list(ast.walk(node))
    return {n.id for n in walked if isinstance(n, ast.Name)} | {n.attr for n in walked if isinstance(n, ast.Attribute)}


def _typed(piece: ast.expr, scope: str, program: _Program, depth: int) -> bool:
    """Whether a piece comes from the keyboard, or from an entry field of a window."""
    for call in (n for n in ast.walk(piece) if isinstance(n, ast.Call)):
        if _called(call) in _KEYBOARD or (_called(call) == "get" and len(call.args) in (0, 2) and isinstance(call.func, ast.Attribute)):
            return True
    if depth >= _DEPTH:
        return False
    variables = [n for n in ast.walk(piece) if isinstance(n, ast.Name | ast.Attribute)]
    return any(_typed(value, where, program, depth + 1) for variable in variables for value, where in program.meanings(variable, scope))


def _is_name(piece: ast.expr, scope: str, program: _Program) -> bool:
    """Whether a piece is the speaker's name: called so, or chosen once by asking, by chance or from the command line."""
    mentioned = _mentions(piece)
    if mentioned & _CLOCK:
        return False
    if any(_NAME.search(word) for word in mentioned - {"username_input"}):
        return True
    if not isinstance(piece, ast.Name | ast.Attribute):
        return bool(mentioned & (_CHOSEN - {"input"}))
    key = ast.unparse(piece)
    return any(_mentions(value) & _CHOSEN and (where, key) not in program.in_loops for value, where in program.meanings(piece, scope))
