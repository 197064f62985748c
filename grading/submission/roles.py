"""One program that is the server or a client, as its command line says: the words that make it the server. Read, never run.

Nothing is given to a program that says nothing of clients, or that is the server unless it is told otherwise: it works as it is.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from grading.submission.texts import read_source

_SERVER: Final = re.compile(r"-{0,2}(?:(?:run|start)?[-_]?(?:server|serve|srv)|сервер|[sс])|host|listen", re.I)
_CLIENT: Final = re.compile(r"-{0,2}(?:(?:run|start)?[-_]?(?:client|cli)|клиент|connect|join|[cк])", re.I)
_PLAINLY: Final = re.compile(r"server|serve|сервер", re.I)
"""A word that is enough by itself where the program connects to somewhere, too: whoever is no server is a client."""
_AS_IT_IS: Final = frozenset({"lower", "upper", "casefold", "strip", "lstrip", "removeprefix", "pop", "str", "list", "iter", "next"})
"""Calls that leave what was typed what it is, but for its case."""
_SWITCHES: Final = frozenset({"store_true", "store_const"})


def server_arguments(files: Iterable[bytes], *, connects: bool) -> tuple[str, ...]:
    """What to start the program with for it to be the server; () where it takes no such word, or needs none.

    Args:
        files: the program's own, its entry first.
        connects: whether it also connects to somewhere.
    """
    for raw in files:
        line = _CommandLine(read_source(raw).nodes, connects=connects)
        if words := line.options() or line.words():
            return words
    return ()


@dataclass(frozen=True)
class _Option:
    """One call of argparse's add_argument."""

    flags: tuple[str, ...]
    choices: tuple[str, ...]
    default: object
    is_switch: bool

    @property
    def is_positional(self) -> bool:
        return not self.flags[0].startswith("-")

    @property
    def flag(self) -> str:
        """The longest says what it is about: -s may be anything."""
        return max(self.flags, key=len)

    @property
    def attribute(self) -> str:
        """What its value is called in the Namespace, but for `dest`."""
        return self.flag.lstrip("-").replace("-", "_")


class _CommandLine:
    """What one file compares its command line with."""

    def __init__(self, nodes: Sequence[ast.AST], *, connects: bool) -> None:
        """`nodes`: of its whole tree."""
        self.nodes, self.connects = nodes, connects
        assigned = [node for node in nodes if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)]
        self.values = {target.id: node.value for node in assigned for target in node.targets if isinstance(target, ast.Name)}
        self.names = {"argv"}
        for _ in range(2):  # a name for the list, then one for its element
            for node in nodes:
                self.names |= set(self._bound(node))

    def words(self) -> tuple[str, ...]:
        """Of a program that looks at sys.argv itself."""
        compared: list[str] = []
        for node in self.nodes:
            match node:
                case ast.IfExp(body=one, orelse=other) if self._typed(one) or self._typed(other):
                    if _server(self._strings(one) + self._strings(other)):
                        return ()
                case ast.BoolOp(op=ast.Or(), values=[first, *others]) if self._typed(first):
                    if any(_server(self._strings(other)) for other in others):
                        return ()
                case _:
                    compared += self._compared(node)
        return self._chosen(compared)

    def options(self) -> tuple[str, ...]:
        """Of a program that has argparse look at it."""
        calls = [node for node in self.nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
        parsers = [word for call in calls if _called(call) == "add_parser" for word in self._strings(*call.args[:1])]
        options = [option for call in calls if _called(call) == "add_argument" and (option := self._option(call))]
        for option in options:
            words = option.choices or self._compared_attribute(option.attribute)
            server = self._chosen(words)
            if server and not option.is_switch and not _server([str(option.default)]):
                return server if option.is_positional else (option.flag, *server)
        switches = [option.flag for option in options if option.is_switch]
        return self._chosen(parsers) or self._chosen(switches)

    def _chosen(self, words: Sequence[str]) -> tuple[str, ...]:
        """The one that says server, if another says client or no other is needed."""
        server = _server(words)
        plainly = self.connects and _PLAINLY.fullmatch(server.lstrip("-")) is not None
        return (server,) if server and (plainly or any(map(_CLIENT.fullmatch, words))) else ()

    def _option(self, call: ast.Call) -> _Option | None:
        flags = tuple(word for arg in call.args for word in self._strings(arg))
        given = {word.arg: word.value for word in call.keywords}
        action, default = given.get("action"), given.get("default")
        is_switch = isinstance(action, ast.Constant) and action.value in _SWITCHES
        choices = tuple(self._strings(given["choices"])) if "choices" in given else ()
        return _Option(flags, choices, default.value if isinstance(default, ast.Constant) else None, is_switch) if flags else None

    def _compared_attribute(self, name: str) -> list[str]:
        compares = (node for node in self.nodes if isinstance(node, ast.Compare))
        wanted = (one for one in compares if isinstance(one.left, ast.Attribute) and one.left.attr == name)
        return [word for one in wanted for word in self._strings(*one.comparators)]

    def _compared(self, node: ast.AST) -> list[str]:
        """The strings that something typed is compared with here, or looked up in."""
        match node:
            case ast.Compare(left=left, comparators=others) if any(map(self._typed, (left, *others))):
                return self._strings(left, *others)
            case ast.Match(subject=subject, cases=cases) if self._typed(subject):
                return [word for case in cases for one in ast.walk(case.pattern) for word in self._pattern(one)]
            case ast.Subscript(value=table, slice=key) if self._typed(key):
                return self._strings(table)
            case ast.Call(func=ast.Attribute(value=table, attr="get"), args=[key, *_]) if self._typed(key):
                return self._strings(table)
        return []

    def _pattern(self, pattern: ast.AST) -> list[str]:
        return self._strings(pattern.value) if isinstance(pattern, ast.MatchValue) else []

    def _strings(self, *nodes: ast.expr) -> list[str]:
        """The strings that stand here, within a collection or under a name too; of a dict its keys."""
        found: list[str] = []
        for node in nodes:
            match self.values.get(node.id, node) if isinstance(node, ast.Name) else node:
                case ast.Constant(value=str(word)):
                    found.append(word)
                case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                    found += [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
                case ast.Dict(keys=keys):
                    found += [key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        return found

    def _typed(self, node: ast.AST | None) -> bool:
        """Whether this is a part of the command line."""
        if isinstance(node, ast.Name):
            return node.id in self.names
        return (isinstance(node, ast.Attribute) and node.attr == "argv") or any(map(self._typed, _carried(node)))

    def _bound(self, node: ast.AST) -> Iterator[str]:
        """The names that something typed is bound to here, as the parameter of a function too."""
        match node:
            case ast.Assign(targets=targets, value=value) if self._typed(value):
                yield from (one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name))
            case ast.NamedExpr(target=target, value=value) if self._typed(value):
                yield target.id
            case ast.For(target=ast.Name(id=name), iter=value) if self._typed(value):
                yield name
            case ast.Call(func=ast.Name(id=called), args=args) if any(map(self._typed, args)):
                functions = (one for one in self.nodes if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name == called)
                for function in functions:
                    yield from (taken.arg for taken, given in zip(function.args.args, args, strict=False) if self._typed(given))


def _carried(node: ast.AST | None) -> list[ast.expr]:
    """What may come out of this as it went in."""
    match node:
        case ast.Subscript(value=inner) | ast.Starred(value=inner) | ast.NamedExpr(value=inner):
            return [inner]
        case ast.IfExp(body=one, orelse=other):
            return [one, other]
        case ast.BoolOp(values=values):
            return values
        case ast.Call(func=ast.Attribute(value=inner)) | ast.Call(func=ast.Name(), args=[inner, *_]) if _called(node) in _AS_IT_IS:
            return [inner]
    return []


def _server(words: Iterable[str]) -> str:
    return next(filter(_SERVER.fullmatch, words), "")


def _called(node: ast.AST) -> str:
    func = node.func if isinstance(node, ast.Call) else None
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
