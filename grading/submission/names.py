"""What a file defines, uses and lacks, and whether it does anything: from that it is seen which pieces make one program."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grading.submission.texts import read_source

_KNOWN = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "get_ipython", "display"}
PREPARES = frozenset(
    {"bind", "listen", "setsockopt", "setblocking", "settimeout", "register", "connect", "print", "append", "seed", "basicConfig"}
)
"""Calls after which nothing has happened yet."""


@dataclass(frozen=True)
class Names:
    """The names of one listing: what its module defines (`offered`: functions, classes and imports), what it uses, what it lacks."""

    defined: frozenset[str] = frozenset()
    offered: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
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
    bound |= {name for node in source.nodes for name in offered_by(node)}
    top = list(statements(source.tree.body))
    offered = {name for node in top for name in offered_by(node)}
    inside = (n for node in top if not offered_by(node) for n in ast.walk(node))
    assigned = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    used_first = _used_before_bound(source.tree)
    lacking = (used - bound | used_first) - _KNOWN
    if any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in source.nodes):
        lacking = set()  # nobody knows what that brings
    functions = {node.name for node in top if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    return Names(*map(frozenset, (offered | assigned, offered, functions, used, lacking)))


def _last(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def _used_before_bound(tree: ast.Module) -> set[str]:
    """Names that the module itself uses above the line that first binds them: another cell must have bound them before."""
    bound, first = set[str](), set[str]()
    for node in statements(tree.body):
        head = _head(node)
        own = {
            n.id
            for part in head
            for c in ast.walk(part)
            if isinstance(c, ast.comprehension)
            for n in ast.walk(c.target)
            if isinstance(n, ast.Name)
        }
        names = [n for part in head for n in ast.walk(part) if isinstance(n, ast.Name) and n.id not in own]
        kept = {node.target.id} if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) else set()
        stores = {n.id for n in names if not isinstance(n.ctx, ast.Load)}
        in_passing = {n.target.id for part in head for n in ast.walk(part) if isinstance(n, ast.NamedExpr)}
        first |= ({n.id for n in names if isinstance(n.ctx, ast.Load)} | kept) - bound - in_passing
        bound |= stores | offered_by(node) | {handler.name for handler in getattr(node, "handlers", []) if handler.name}
    return first & bound


def _head(node: ast.stmt) -> list[ast.AST]:
    """What of a statement runs at once and is no statement of its own: no bodies, for of these each statement is looked at."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return []
    parts = (value for name, value in ast.iter_fields(node) if name not in ("body", "orelse", "finalbody", "handlers", "cases"))
    return [part for value in parts for part in (value if isinstance(value, list) else [value]) if isinstance(part, ast.AST)]


def statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those inside `if`, `try` and loops too."""
    for node in body:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for inner in (node, *getattr(node, "handlers", []), *getattr(node, "cases", [])):
                for part in ("body", "orelse", "finalbody"):
                    yield from statements(getattr(inner, part, []))


@lru_cache(maxsize=1024)
def runs(raw: bytes) -> bool:
    """Whether the module does more than define things and get a socket ready."""
    top = list(statements(tree.body)) if (tree := read_source(raw).tree) else []
    own = {node.name for node in top if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    done = {_last(node.value.func) for node in top if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)}
    made = {_last(node.value.func) for node in top if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)}
    loops = any(isinstance(node, ast.While | ast.For | ast.AsyncFor) for node in top)
    return loops or bool(done - PREPARES) or bool(made & own)


def offered_by(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return set()
