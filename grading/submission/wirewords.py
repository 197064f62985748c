"""The words of a protocol, collected from source code: keys of JSON, commands, lengths, separators. Read, never run; see `ways`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from grading.submission.texts import read_source

_STRUCT: Final = re.compile(r"([@=<>!]?)([HhIiLlQq])")
_SIZES: Final = {"h": 2, "i": 4, "l": 4, "q": 8}
_DIGITS: Final = re.compile(r"[ 0]?[<>^=]?0?(\d{1,2})d?")
_SENDS: Final = frozenset({"send", "sendall", "write"})
_TAKES: Final = re.compile(r"_*(?:read|recv|receive|take|get)_?(?:exact(?:ly)?|all|bytes|body|n|some|full|message)?", re.I)
"""A function that is told how many bytes to read."""
CALLED_A_NAME: Final = re.compile(r"name|nick|login|имя|ник|зовут", re.I)
"""A variable, or what is asked."""
_MOST: Final = 40  # of each kind of word: what people write by hand has a few


@dataclass
class Words:
    """What some files of source say.

    Attributes:
        objects: dict displays with nothing but strings as keys, none within another, and the same in keywords:
            `dict(cmd="say", text=line)`, or a call of a function of their own that takes any. One in which a function puts what it is
            given is taken once for each call, filled in. keys: strings used to look something up.
        records: the fields of each dataclass.
        compared: strings that text is compared with or starts with, that a class gives names to, or that functions are kept under.
        split: strings it is split at.
        prefixes: (what stands before, after) a single value put into a string.
        opening: what is sent outside of every loop, in pieces: strings, and the expressions of what was typed; [] where it is not known.
        between: what stands between the first two values put into one, and nothing before them.
        lengths: framings by a length; digits: widths of decimal lengths; counted: a number that was read says how much is read next.
        json, raw_json: JSON is used, and told to leave letters as they are.
        lines, blanks, nul: text is cut at newlines, at blanks, at zero bytes.
        encodings: named in encode and decode.
    """

    objects: list[ast.Dict] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    records: list[list[str]] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    split: list[str] = field(default_factory=list)
    prefixes: list[tuple[str, str]] = field(default_factory=list)
    opening: list[list[str | ast.expr]] = field(default_factory=list)
    between: list[str] = field(default_factory=list)
    lengths: list[str] = field(default_factory=list)
    digits: list[int] = field(default_factory=list)
    encodings: list[str] = field(default_factory=list)
    counted: bool = False
    json: bool = False
    raw_json: bool = False
    lines: bool = False
    blanks: bool = False
    nul: bool = False


def read_words(files: Iterable[bytes]) -> Words:
    """Everything of use in these files; one that cannot be parsed says nothing."""
    words = Words()
    for raw in files:
        with suppress(RecursionError):
            _Reader(read_source(raw).nodes, words).read()
    return words


class _Reader:
    """Reads one file."""

    def __init__(self, nodes: Sequence[ast.AST], words: Words) -> None:
        """`nodes`: of its whole tree, in the order of ast.walk."""
        self.nodes, self.words = nodes, words
        self.constants = {
            target.id: node.value.value
            for node in nodes
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self.typed = {
            target.id
            for node in nodes
            if isinstance(node, ast.Assign) and any(isinstance(one, ast.Call) and _called(one) == "input" for one in ast.walk(node.value))
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        self.numbers = {
            target.id
            for node in nodes
            if isinstance(node, ast.Assign | ast.NamedExpr) and _is_int(node.value)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        self.functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        self.gathering = {"dict"} | {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.args.kwarg}
        helpers = map(_Helper, (node for node in nodes if isinstance(node, ast.FunctionDef)))
        self.helpers = {helper.name: helper for helper in helpers if helper.displays}
        called = filter(None, (self._helper(node) for node in nodes if isinstance(node, ast.Call)))
        self.inner = {id(display) for one in called for display in one.puts_into}  # displays that are no message of their own
        self.sizes: list[int] = []  # of recv
        self.number_read = False
        self.big = not any(isinstance(node, ast.Constant) and node.value == "little" for node in nodes)

    def read(self) -> None:
        self._opening()
        for node in self.nodes:
            self._statement(node)
            self._expression(node)
        if self.number_read:
            for size in self.sizes:
                _add(self.words.digits, size)

    def _opening(self) -> None:
        """A program says who it is before it begins to go round."""
        loops = (node for node in self.nodes if isinstance(node, ast.While | ast.For | ast.AsyncFor))
        looped = {id(node) for loop in loops for node in ast.walk(loop)}
        sends = [node for node in self.nodes if isinstance(node, ast.Call) and _called(node) in _SENDS and node.args]
        for call in sorted(sends, key=lambda call: call.lineno):
            if id(call) not in looped:
                self.words.opening.append(self._pieces(call.args[0]) or [])

    def _pieces(self, sent: ast.expr) -> list[str | ast.expr] | None:
        """A text put together of what is written here and what was typed; None if anything else is in it."""
        match sent:
            case ast.Call(func=ast.Attribute(value=text, attr="encode" | "strip" | "rstrip")):
                return self._pieces(text)
            case ast.Call(func=ast.Name(id="bytes" | "str"), args=[text, *_]) | ast.FormattedValue(value=text):
                return self._pieces(text)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                parts = [left, right]
            case ast.JoinedStr(values=parts):
                pass
            case ast.Call(func=ast.Name(id="input")):
                return [sent]
            case _:
                value = self._value(sent)
                value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                return [value] if isinstance(value, str) else [sent] if self._was_typed(sent) else None
        pieces = [self._pieces(part) for part in parts]
        return None if None in pieces else [piece for one in pieces for piece in one or ()]

    def _was_typed(self, sent: ast.expr) -> bool:
        name = sent.id if isinstance(sent, ast.Name) else sent.attr if isinstance(sent, ast.Attribute) else ""
        return name in self.typed or CALLED_A_NAME.search(name) is not None

    def _statement(self, node: ast.AST) -> None:
        match node:
            case ast.Import() | ast.ImportFrom():
                self.words.json |= "json" in {getattr(node, "module", ""), *(name.name for name in node.names)}
            case ast.ClassDef():
                self._class(node)
            case ast.match_case(pattern=pattern):
                self._compared([n for n in ast.walk(pattern) if isinstance(n, ast.Constant)])

    def _expression(self, node: ast.AST) -> None:
        match node:
            case ast.Call():
                self._call(node)
            case ast.Dict(keys=keys) if keys and all(isinstance(key, ast.Constant) and isinstance(key.value, str) for key in keys):
                if id(node) not in self.inner:
                    _add(self.words.objects, node)
                self.inner |= {id(value) for value in node.values}
                if all(map(self._is_function, node.values)):  # text is looked up here to find what to do
                    self._compared(filter(None, keys))
            case ast.Subscript(slice=ast.Slice(upper=ast.expr() as upper)):
                self.words.counted |= any(map(self._is_number, ast.walk(upper)))
            case ast.Subscript(slice=ast.Constant(value=str(key)), ctx=ast.Load()):
                _add(self.words.keys, key)
            case ast.Compare(ops=[ast.Eq() | ast.NotEq() | ast.In(), *_]):
                self._compared([node.left, *node.comparators])
            case ast.JoinedStr(values=values):
                self._joined(values)
            case ast.BinOp(left=ast.Constant(value=str(before)), op=ast.Add()):
                _add(self.words.prefixes, (before, ""))
            case ast.BinOp(left=ast.BinOp(left=ast.Name() | ast.Attribute(), op=ast.Add(), right=ast.Constant(value=str(between)))):
                _add(self.words.between, between)
            case ast.Constant(value="\0" | b"\0"):
                self.words.nul = True

    def _call(self, call: ast.Call) -> None:
        name = _called(call)
        first = self._value(call.args[0]) if call.args else None
        self._puts_together(name, call)
        self.words.counted |= _TAKES.fullmatch(name) is not None and any(map(self._is_number, call.args))
        for word in call.keywords:
            if word.arg == "ensure_ascii" and self._value(word.value) is False:
                self.words.raw_json = True
            if word.arg == "encoding":
                self._encoding(self._value(word.value))
        match name:
            case "get" if isinstance(first, str):
                _add(self.words.keys, first)
            case "getattr":
                self._methods(call.args)
            case "startswith":
                self._compared(call.args)
            case "split" | "partition" | "rsplit" | "rpartition" | "splitlines" | "find" | "index" | "endswith" | "readuntil":
                self._cut(first, name)
            case "readline" | "makefile":
                self.words.lines = True
            case "encode" | "decode":
                self._encoding(first)
            case _:
                self._length(name, first, call)

    def _puts_together(self, name: str, call: ast.Call) -> None:
        """The objects that a call makes of what it is given."""
        if helper := self._helper(call):
            for display in helper.filled_in(call):
                _add(self.words.objects, display)
        elif name in self.gathering and call.keywords and id(call) not in self.inner:
            _add(self.words.objects, _filled_in(_in_keywords(call), {}))

    def _helper(self, call: ast.Call) -> _Helper | None:
        """The function of their own that is called here and puts what it is given into an object."""
        helper = self.helpers.get(_called(call))
        return helper if helper and helper.is_method == isinstance(call.func, ast.Attribute) else None

    def _length(self, name: str, first: object, call: ast.Call) -> None:
        match name:
            case "pack" | "unpack" | "Struct" | "unpack_from" | "calcsize" if isinstance(first, str) and (kind := _STRUCT.fullmatch(first)):
                little = kind[1] not in ("!", ">")
                _add(self.words.lengths, f"length-{_SIZES[kind[2].lower()]}{'-little' if little else ''}")
            case "to_bytes" if first in (2, 4, 8):
                _add(self.words.lengths, f"length-{first}{'' if self.big else '-little'}")
            case "from_bytes":
                _add(self.words.lengths, f"length-4{'' if self.big else '-little'}")
            case "zfill" | "ljust" | "rjust" if isinstance(first, int):
                _add(self.words.digits, first)
            case "recv" | "read" | "readexactly" | "recv_exact" | "recvall" | "recv_all" | "read_exact" | "recv_exactly":
                self.sizes += [size for arg in call.args if isinstance(size := self._value(arg), int) and 0 < size < 100]
            case "int":
                self.number_read = True

    def _is_number(self, node: ast.AST) -> bool:
        """Whether a number stands here that came as text."""
        return node.id in self.numbers if isinstance(node, ast.Name) else _is_int(node)

    def _methods(self, args: list[ast.expr]) -> None:
        """getattr(self, "do_" + word): each method called do_something stands for a word."""
        constants = (node.value for arg in args[1:2] for node in ast.walk(arg) if isinstance(node, ast.Constant))
        start = next((value for value in constants if isinstance(value, str)), "")
        for name in sorted(self.functions):
            if start and name.startswith(start):
                _add(self.words.compared, name.removeprefix(start))

    def _is_function(self, node: ast.expr) -> bool:
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        return name in self.functions or isinstance(node, ast.Lambda)

    def _value(self, node: ast.expr) -> object:
        if isinstance(node, ast.Constant):
            return node.value
        return self.constants.get(node.id) if isinstance(node, ast.Name) else None

    def _compared(self, operands: Iterable[ast.AST]) -> None:
        for operand in operands:
            parts = operand.elts if isinstance(operand, ast.Tuple | ast.List | ast.Set) else [operand]
            for part in parts:
                value = self._value(part) if isinstance(part, ast.expr) else None
                value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                if isinstance(value, str):
                    _add(self.words.compared, value)

    def _class(self, node: ast.ClassDef) -> None:
        if any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list):
            names = [one.target.id for one in node.body if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)]
            _add(self.words.records, names)
        self._compared(one.value for one in node.body if isinstance(one, ast.Assign))

    def _cut(self, separator: object, how: str) -> None:
        separator = separator.decode("utf-8", "replace") if isinstance(separator, bytes) else separator
        self.words.lines |= separator == "\n" or how == "splitlines"
        self.words.blanks |= how == "split" and separator in (None, " ")
        if isinstance(separator, str):
            _add(self.words.split, separator)

    def _joined(self, values: list[ast.expr]) -> None:
        places = [value for value in values if isinstance(value, ast.FormattedValue)]
        text = [value.value if isinstance(value, ast.Constant) else "\0" for value in values]
        if len(places) == 1:
            before, _, after = "".join(map(str, text)).partition("\0")
            _add(self.words.prefixes, (before, after))
            self._width(places[0])
        match values:
            case [ast.FormattedValue(), ast.Constant(value=str(between)), ast.FormattedValue(), *_]:
                _add(self.words.between, between)

    def _width(self, place: ast.FormattedValue) -> None:
        """f"{len(message):<10}" writes a length of ten digits."""
        spec = place.format_spec
        if not isinstance(spec, ast.JoinedStr) or "len" not in ast.unparse(place.value):
            return
        parts = [self._value(part.value) if isinstance(part, ast.FormattedValue) else self._value(part) for part in spec.values]
        if found := _DIGITS.fullmatch("".join(map(str, parts))):
            _add(self.words.digits, int(found[1]))

    def _encoding(self, name: object) -> None:
        if isinstance(name, str):
            _add(self.words.encodings, name)


class _Helper:
    """A function that puts what it is given into an object.

    Attributes:
        displays: the objects, where a parameter is a value as it is, or all that stands in it is put in beside the others: `{**it}`.
        puts_into: the same as they are written there, `dict(name=name, **it)` among them.
        is_method: it is called as an attribute, as the `send` of a socket is, too.
    """

    def __init__(self, function: ast.FunctionDef) -> None:
        args = function.args
        self.name = function.name
        self.is_method = any(arg.arg in ("self", "cls") for arg in args.args[:1])
        self._parameters = [arg.arg for arg in [*args.posonlyargs, *args.args, *args.kwonlyargs] if arg.arg not in ("self", "cls")]
        self._rest = args.kwarg.arg if args.kwarg else ""
        names = {*self._parameters, self._rest}
        objects = [(node, display) for node in ast.walk(function) if (display := _as_display(node))]
        taking = [one for one in objects if any(isinstance(value, ast.Name) and value.id in names for value in one[1].values)]
        self.puts_into = [node for node, _ in taking]
        self.displays = [display for _, display in taking]

    def filled_in(self, call: ast.Call) -> Iterator[ast.Dict]:
        """The objects that this call makes."""
        given = dict(zip(self._parameters, call.args, strict=False)) | {word.arg: word.value for word in call.keywords if word.arg}
        more = [name for name in given if name not in self._parameters]
        if self._rest:
            given[self._rest] = ast.Dict([ast.Constant(name) for name in more], [given[name] for name in more])
        for display in self.displays:
            yield _filled_in(display, given)


def _as_display(node: ast.AST) -> ast.Dict | None:
    """An object as a display, however it is written; None for anything else."""
    return _in_keywords(node) if isinstance(node, ast.Call) and _called(node) == "dict" else node if isinstance(node, ast.Dict) else None


def _in_keywords(call: ast.Call) -> ast.Dict:
    """`dict(it, name=name, **more)` as a display: `{**it, "name": name, **more}`."""
    keys = [ast.Constant(word.arg) if word.arg else None for word in call.keywords]
    return ast.Dict([*(None for _ in call.args), *keys], [*call.args, *(word.value for word in call.keywords)])


def _filled_in(display: ast.Dict, given: dict[str, ast.expr]) -> ast.Dict:
    """A display with what is given for the names in it; of what is put in beside the others nothing is left where it is not known."""
    found: dict[str | int, tuple[ast.expr, ast.expr]] = {}
    for key, value in zip(display.keys, display.values, strict=True):
        put = _put_in(value, given)
        inner = ast.Dict([key], [put]) if key is not None else put if isinstance(put, ast.Dict) else ast.Dict([], [])
        for one, its in zip(inner.keys, inner.values, strict=True):
            if one is not None:
                found[one.value if isinstance(one, ast.Constant) and isinstance(one.value, str) else id(one)] = one, its
    return ast.Dict([key for key, _ in found.values()], [value for _, value in found.values()])


def _put_in(value: ast.expr, given: dict[str, ast.expr]) -> ast.expr:
    """What stands there in this call; a variable is called after what is in it, and so may the parameter be."""
    put = given.get(value.id, value) if isinstance(value, ast.Name) else value
    return put if put is value or isinstance(put, ast.Constant | ast.Dict) else ast.Tuple([put, value])


def _is_int(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and _called(node) == "int"


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""


def _add(collected: list, word: object) -> None:  # type: ignore[type-arg]
    if word not in collected and len(collected) < _MOST:
        collected.append(word)
