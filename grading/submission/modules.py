"""Which files of a lab import which: by reading the import statements, never by importing."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from grading.submission.texts import read_source

OFFERED = frozenset({"loguru", "colorama"})  # the two third-party modules the sandbox offers
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


@dataclass(frozen=True)
class Import:
    """One import: `import a.b` is module "a.b", level 0; `from ..a import b` is module "a", level 2, names ("b",).

    top: it runs when the module is loaded; guarded: an ImportError is caught, or it is for the type checker only.
    """

    module: str
    level: int
    names: tuple[str, ...]
    line: int
    top: bool
    guarded: bool


@lru_cache(maxsize=4096)
def imports_of(raw: bytes) -> tuple[Import, ...]:
    """Every import of a file, in order of lines; () for a file that does not parse."""
    tree = read_source(raw).tree
    try:
        return tuple(_imports(tree, top=True, guarded=False)) if tree else ()
    except RecursionError:
        return ()


def _imports(node: ast.AST, *, top: bool, guarded: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, 0, (), child.lineno, top, guarded)
        elif isinstance(child, ast.ImportFrom):
            yield Import(child.module or "", child.level, tuple(a.name for a in child.names), child.lineno, top, guarded)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _imports(child, top=False, guarded=guarded)
        elif isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from _imports(child, top=top, guarded=guarded or _guards(child))


def _guards(node: ast.AST) -> bool:
    if isinstance(node, ast.Try):
        kinds = [name for handler in node.handlers for name in _names(handler.type)]
        return any(handler.type is None for handler in node.handlers) or bool(_IMPORT_ERRORS.intersection(kinds))
    return isinstance(node, ast.If) and "TYPE_CHECKING" in _names(node.test)


def _names(node: ast.AST | None) -> set[str]:
    found = [] if node is None else list(ast.walk(node))
    return {n.id for n in found if isinstance(n, ast.Name)} | {n.attr for n in found if isinstance(n, ast.Attribute)}


def parent(path: str) -> str:
    """The folder of a file or folder, "" at the root."""
    folder = str(PurePosixPath(path).parent)
    return "" if folder == "." else folder


def join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def above(folder: str) -> Iterator[str]:
    """`folder` and the folders it lies in, up to the root ""."""
    yield folder
    while folder:
        folder = parent(folder)
        yield folder


class Sources(Mapping[str, bytes]):
    """The Python files of a lab or a class by path, and the folders that hold any."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = {path: files[path] for path in sorted(files) if path.endswith((".py", ".pyw"))}
        self.folders = frozenset(folder for path in self._files for folder in above(parent(path)))

    def __getitem__(self, path: str) -> bytes:
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, path: object) -> bool:
        return path in self._files


def module_files(base: str, dotted: str, sources: Sources) -> list[str]:
    """The files that `import dotted` loads if `base` is on sys.path: packages' __init__ and the module itself; [] if it is not there."""
    found: list[str] = []
    where = base
    parts = dotted.split(".") if dotted else []
    for number, part in enumerate(parts):
        where = join(where, part)
        if (package := where + "/__init__.py") in sources:
            found.append(package)
        elif (module := where + ".py") in sources and number == len(parts) - 1:
            found.append(module)
        elif where not in sources.folders:  # a folder without __init__ is a package too
            return []
    return found


def resolve(imported: Import, importer: str, bases: Sequence[str], sources: Sources) -> list[str]:
    """Local files that one import statement of `importer` loads, looking in `bases` in order as Python looks along sys.path."""
    if imported.level:
        start = parent(importer)
        for _ in range(imported.level - 1):
            start = parent(start)
        bases = (start,)
    elif imported.module.partition(".")[0] in sys.stdlib_module_names:
        bases = bases[:1]  # only a file beside the script comes before the standard library
    for base in bases:
        found = module_files(base, imported.module, sources)
        prefix = f"{imported.module}." if imported.module else ""
        for name in imported.names:  # `from package import module`
            found += [path for path in module_files(base, prefix + name, sources) if path not in found]
        if found:
            return found
    return []


def closure(entry: str, sources: Sources) -> list[str]:
    """The entry file and every local file it loads, directly or not, in order of finding.

    Besides the folder the entry is started from, the folders above are looked into: packages are started from there, or put on sys.path.
    """
    found = [entry]
    bases = list(above(parent(entry)))
    for path in found:  # grows while we walk it
        for imported in imports_of(sources[path]):
            found += [local for local in resolve(imported, path, bases, sources) if local not in found]
    return found


def is_missing(module: str) -> bool:
    """Neither in this Python's standard library (on this system) nor offered by the sandbox. Looked up, never imported."""
    if module in OFFERED:
        return False
    if module not in sys.stdlib_module_names:
        return True
    if module in sys.builtin_module_names or module in sys.modules:
        return False
    return importlib.util.find_spec(module) is None  # msvcrt and winreg are standard, but only on Windows
