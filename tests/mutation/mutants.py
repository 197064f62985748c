"""All mutants of one source file, in a fixed order. Pure: text goes in, texts come out."""

from __future__ import annotations

import ast
import dataclasses
import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from tests.mutation.operators import OPERATORS, Around


@dataclass(frozen=True)
class Mutant:
    """One source with one fault.

    Attributes:
        file: as it is called in the checkout; line: 1-based, where the changed node begins.
        function: the qualified name of the function it is in, "" on the top floor.
        operator: what was done; number: counts those of one operator on one line.
        original: the line where the changed node begins; mutated: the lines that are new. Both stripped: they survive a shift.
        source: the whole mutated file.
    """

    file: str
    line: int
    function: str
    operator: str
    number: int
    original: str
    mutated: str
    source: str

    @property
    def id(self) -> str:
        """Stable as long as the file is: file:line:operator:n."""
        return f"{self.file}:{self.line}:{self.operator}:{self.number}"

    @property
    def digest(self) -> str:
        """Of the mutated source."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Stable as long as the function is."""
        return self.file, self.function, self.operator, self.original, self.mutated


def mutants(file: str, source: str, left_out: Collection[str] = ()) -> list[Mutant]:
    """Every mutant that compiles and differs from the source and from all before it.

    Args:
        file: what to call it.
        source: the program.
        left_out: qualified names of functions, constants, and parameters with a default, that nobody who talks to this server can reach;
            a statement that only calls such a function is left out too.

    Raises:
        ValueError: something to be left out is not there.
    """
    wrapper = MetadataWrapper(cst.parse_module(source))
    positions = wrapper.resolve(PositionProvider)
    again = frozenset(itertools.chain(*_SELECTED.findall(source)))
    collector = _Collector(frozenset(left_out), Around(again=again, impatient=any(word in source for word in _IMPATIENT)))
    wrapper.module.visit(collector)
    if lost := set(left_out) - collector.met:
        raise ValueError(f"{file} has no {', '.join(sorted(lost))}")
    before, seen = source.splitlines(), {ast.dump(ast.parse(source))}
    numbers: Counter[tuple[int, str]] = Counter()
    found = []
    for path, operator, replacement, function in collector.sites:
        text = _rebuilt(path, replacement).code
        if (shape := _shape(text)) is None or shape in seen:
            continue
        seen.add(shape)
        line = positions[path[-1]].start.line
        numbers[line, operator] += 1
        added = _added(before, text.splitlines())
        found.append(Mutant(file, line, function, operator, numbers[line, operator], before[line - 1].strip(), " | ".join(added), text))
    return sorted(found, key=lambda mutant: (mutant.line, list(OPERATORS).index(mutant.operator), mutant.number))


def _rebuilt(path: Sequence[cst.CSTNode], replacement: cst.CSTNode) -> cst.Module:
    """The module, where the path begins, with the node where it ends replaced. (`deep_replace` does it too, through the whole tree.)"""
    new = replacement
    for parent, old in reversed(list(itertools.pairwise(path))):
        new = parent.with_changes(**_with(parent, old, new))
    assert isinstance(new, cst.Module)
    return new


def _with(parent: cst.CSTNode, old: cst.CSTNode, new: cst.CSTNode) -> dict[str, object]:
    """Which field of the parent changes, and to what."""
    for field in dataclasses.fields(parent):
        value = getattr(parent, field.name)
        if value is old:
            return {field.name: new}
        if isinstance(value, list | tuple) and any(one is old for one in value):
            return {field.name: [new if one is old else one for one in value]}
    raise LookupError(f"{type(parent).__name__} is no parent of {type(old).__name__}")


def _added(before: list[str], after: list[str]) -> list[str]:
    """The lines that are new: what is between the common beginning and the common end."""
    same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    rest = zip(reversed(before[same:]), reversed(after[same:]), strict=False)
    end = len(after) - sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], rest))
    return [line.strip() for line in after[same:end]]


def _shape(source: str) -> str | None:
    """What the source means, whatever it looks like; None if it means nothing."""
    try:
        compile(source, "mutant", "exec", dont_inherit=True)
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError):
        return None


Site = tuple[tuple[cst.CSTNode, ...], str, cst.CSTNode, str]
"""From the module down to the node, the operator, what stands there now, the function."""
_NEVER: Final = (cst.Annotation, cst.Import, cst.ImportFrom, cst.Decorator)
_SELECTED: Final = re.compile(r"(\w+), (\w+), \w+ = select\.select\(")
_IMPATIENT: Final = ("setblocking(", "settimeout(")


class _Collector(cst.CSTVisitor):
    """Goes through a program and asks every operator about every node.

    Left alone are types and their names, imports, decorators, docstrings, `if __name__ == ...`, and what no guest ever sees: what is
    printed, which system this is (also where an attribute is asked for that not every system has), and whether Nagle's algorithm is on (a
    message leaves sooner or later, and always leaves).
    """

    def __init__(self, left_out: frozenset[str], around: Around) -> None:
        super().__init__()
        self.sites: list[Site] = []
        self.met: set[str] = set()
        self._left_out = left_out
        self._path: list[str] = []
        self._nodes: list[cst.CSTNode] = []
        self._around = [around]

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Whether to go into the node; leaving is told in `on_leave` in either case."""
        self._nodes.append(node)
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self._path.append(node.name.value)
        self._enter(node)
        if isinstance(node, _NEVER) or _is_type(node) or _says_nothing(node) or self._unreachable(node):
            return False
        for operator, ask in OPERATORS.items():
            if self._for_nothing(operator, node):
                continue
            found = ask(node, self._around[-1])
            self.sites += [(tuple(self._nodes), operator, replacement, ".".join(self._path)) for replacement in found]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        """Undoes what `on_visit` noted of the surroundings."""
        self._nodes.pop()
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self._path.pop()
        if isinstance(original_node, cst.FunctionDef | cst.For | cst.Call):
            self._around.pop()

    def _enter(self, node: cst.CSTNode) -> None:
        if isinstance(node, cst.FunctionDef):
            parameters = frozenset(one.name.value for one in node.params.params)
            self._around.append(replace(self._around[0], parameters=parameters, last=tuple(_last(node.body))))
        elif isinstance(node, cst.For):
            self._around.append(replace(self._around[-1], each=next(_names(node.target), "")))
        elif isinstance(node, cst.Call):
            option = isinstance(node.func, cst.Attribute) and node.func.attr.value == "setsockopt"
            self._around.append(replace(self._around[-1], option=self._around[-1].option or option))

    def _unreachable(self, node: cst.CSTNode) -> bool:
        names: list[str] = []
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            names = [""]
        elif isinstance(node, cst.Param) and node.default is not None:
            names = [node.name.value]
        elif isinstance(node, cst.SimpleStatementLine) and isinstance(node.body[0], cst.Assign | cst.AnnAssign):
            statement = node.body[0]
            names = list(_names(statement.target if isinstance(statement, cst.AnnAssign) else statement.targets[0].target))
        out = self._left_out.intersection(".".join(filter(None, [*self._path, name])) for name in names)
        self.met |= out
        return bool(out) or self._calls(node)

    def _for_nothing(self, operator: str, node: cst.CSTNode) -> bool:
        """Whether it would take away only what is left out, or a last word before Ctrl-C ends the program."""
        if operator == "no-finally" and isinstance(node, cst.Try) and node.finalbody is not None:
            return all(map(self._calls, node.finalbody.body.body))
        ends = isinstance(node, cst.ExceptHandler) and isinstance(node.type, cst.Name) and node.type.value == "KeyboardInterrupt"
        return operator == "except" and ends and all(map(_says_nothing, node.body.body))

    def _calls(self, node: cst.CSTNode) -> bool:
        """Whether a statement does nothing but call a function that is left out."""
        statement = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
        call = statement.value if isinstance(statement, cst.Expr | cst.Return | cst.AugAssign) else None
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Name | cst.Attribute):
            return False
        called = call.func.value if isinstance(call.func, cst.Name) else call.func.attr.value
        return called in {name.rpartition(".")[2] for name in self._left_out}


def _last(body: cst.BaseSuite) -> Iterator[cst.CSTNode]:
    """The statements after which a body ends, those within its last `if` or `try` included."""
    if not isinstance(body, cst.IndentedBlock):
        return
    last = body.body[-1]
    yield last
    if isinstance(last, cst.If):
        yield from _last(last.body)
    elif isinstance(last, cst.Try) and last.orelse is None and last.finalbody is None:
        for block in (last, *last.handlers):
            yield from _last(block.body)


def _names(target: cst.BaseExpression) -> Iterator[str]:
    if isinstance(target, cst.Name):
        yield target.value
    elif isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            yield from _names(element.value)


def _is_type(node: cst.CSTNode) -> bool:
    """A name for a type, which only a type checker reads."""
    statement = node.body[0] if isinstance(node, cst.SimpleStatementLine) else None
    if isinstance(statement, cst.AnnAssign):
        return cst.Module([]).code_for_node(statement.annotation.annotation) == "TypeAlias"
    value = statement.value if isinstance(statement, cst.Assign) else None
    return isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "TypeVar"


def _says_nothing(node: cst.CSTNode) -> bool:
    """A docstring, something no guest can see, or the question whether this is the program or which system it runs on."""
    if isinstance(node, cst.Comparison) and cst.Module([]).code_for_node(node.left) == "os.name":
        return True
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "getattr" and len(node.args) == 3:
        return True
    if isinstance(node, cst.If) and isinstance(node.test, cst.Comparison) and isinstance(node.test.left, cst.Name):
        return node.test.left.value == "__name__"
    if not (isinstance(node, cst.SimpleStatementLine) and isinstance(node.body[0], cst.Expr)):
        return False
    value = node.body[0].value
    if "TCP_NODELAY" in cst.Module([]).code_for_node(value):
        return True
    printed = isinstance(value, cst.Call) and isinstance(value.func, cst.Name) and value.func.value == "print"
    return printed or isinstance(value, cst.SimpleString | cst.ConcatenatedString)
