"""What a file of Python does with sockets, by its syntax tree: the traits from which servers, clients and chats are told apart.

One walk over the tree; it knows which loops and which function it is in, so that "sends to each of them in a loop" and "what comes in here
goes out there" can be seen. A heuristic: the interview has the last word on whether the server chats.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from grading.submission.texts import read_source
from grading.submission.traits import CHAT_WORDS, HTTP, MATHS, Traits, traits_by_words

SENDS = frozenset(
    {"send", "sendall", "sendto", "write", "sendmsg", "send_message", "send_msg", "send_text", "put", "put_nowait"}
    | {"sock_sendall", "sock_sendto"}
)
RECEIVES = frozenset(
    {"recv", "recvfrom", "recv_into", "read", "readline", "readuntil", "readexactly", "recvmsg", "sock_recv", "sock_recvfrom", "makefile"}
)
_ENGINES = re.compile(
    r"^((Threading|Forking)?(TCP|UDP|Unix\w*)Server|(Threading)?HTTPServer|listenTCP|start_server|create_datagram_endpoint)$"
)
_TO_ITSELF, _NOT_OURS = -1, -2  # instead of the number of an argument
_DELIVERS = re.compile(r"send|write|deliver|broadcast|notify|reply|отправ", re.I)
_CONNECTION = re.compile(r"conn|client|sock|addr|writer|user|guest|peer|member|handler|self$", re.I)


@lru_cache(maxsize=4096)
def traits_of(raw: bytes) -> Traits:
    """The traits of one file."""
    source = read_source(raw)
    if source.tree is None:
        return traits_by_words(source.text)
    try:
        return _Reader().read(source.tree)
    except RecursionError:
        return traits_by_words(source.text)


class _Reader(ast.NodeVisitor):
    """Collects traits while walking; knows which loop variables and which function it is inside of."""

    def __init__(self) -> None:
        self.seen: dict[str, bool | int | frozenset[int]] = {}
        self.own: set[str] = set()
        self.senders: dict[str, int] = {}  # the student's own functions and methods around send, such as guest.say()
        self.receivers: set[str] = set()
        self.words = self.accepts = 0
        self.puts_by = False  # something for each of several
        self.numbers: set[int] = set()
        self.loops: list[set[str]] = []  # variables of the loops around us
        self.functions: list[tuple[set[str], set[str], set[str]]] = [(set(), set(), set())]  # (received from, sent to, addresses)

    def read(self, tree: ast.Module) -> Traits:
        # `start_server` is asyncio's, and what every second student calls a function of their own.
        self.own = {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
        self.senders, self.receivers = _wrappers(tree)
        self.visit(tree)
        self._leave_function()
        if self.puts_by and self.seen.get("selects"):
            self.seen["broadcast"] = True
        self.seen["starts"] = any(map(_starts, tree.body))
        self.seen |= {"words": self.words, "accepts": self.accepts, "numbers": frozenset(self.numbers)}
        return Traits(**self.seen)  # type: ignore[arg-type]  # every key is a field, set to its type above and below

    def generic_visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.For | ast.AsyncFor):
            self._loop(_names_in(node.target), node)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            self._loop({name for part in node.generators for name in _names_in(part.target)}, node)
        elif isinstance(node, ast.Lambda):
            self._loop({argument.arg for argument in node.args.args}, node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self.functions.append((set(), set(), set()))
            loops, self.loops = self.loops, []
            self._word(node.name)
            super().generic_visit(node)
            self.loops = loops
            self._leave_function()
        else:
            super().generic_visit(node)

    def _loop(self, variables: set[str], node: ast.AST) -> None:
        received = {root for inner in ast.walk(node) for root in _roots(_receiver(inner, RECEIVES))}
        self.loops.append(variables - received)  # a loop that answers whom it reads from is an echo, not a broadcast
        super().generic_visit(node)
        self.loops.pop()

    def _leave_function(self) -> None:
        received, sent, _ = self.functions.pop()
        if received and sent and len(received | sent) > 1:
            self.seen["crosses"] = True

    def visit_Call(self, node: ast.Call) -> None:
        name = _called(node)
        receiver = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if name == "bind" and not _is_widget_event(node):
            self.seen["binds"] = True
        elif name == "listen":
            self.seen["listens"] = True
        elif name in ("accept", "sock_accept"):
            self.accepts += 1
        elif name in ("connect", "connect_ex", "create_connection", "open_connection", "sock_connect"):
            self.seen["connects"] = self.seen.get("connects", False) or not re.search(r"sql|psycopg|signal|\bdb\b", receiver)
        elif name == "input" or (name == "read" and receiver == "os" and _is_number(node, 0)):
            self.seen["inputs"] = True
        elif name in ("Thread", "ThreadPoolExecutor", "start_new_thread", "Process", "to_thread"):
            self.seen["threads"] = True
        elif name in ("select", "poll", "epoll", "DefaultSelector", "SelectSelector", "EpollSelector", "kqueue"):
            self.seen["selects"] = True
        elif name in ("append", "add", "insert", "setdefault") and any(_CONNECTION.search(n) for a in node.args for n in _names_in(a)):
            self.seen["stores"] = True
        if _ENGINES.match(name) and name not in self.own and receiver != "self":
            self.seen["engine"] = True
        if name == "create_server" and name not in self.own and receiver != "self":  # of socket, or of an asyncio loop
            self.seen |= {"binds": True, "listens": True}
        self._traffic(node, name, receiver)
        self.generic_visit(node)

    def _traffic(self, node: ast.Call, name: str, receiver: str) -> None:
        received, sent, addresses = self.functions[-1]
        if name in RECEIVES and (receiver or name.startswith("sock_")):
            self.seen["receives"] = True
            self.seen |= {"recvfrom": True, "udp": True} if "recvfrom" in name else {}
        if receiver and (name == "recv" or (name in self.receivers and receiver != "self")):
            received.add(receiver)
        target = self._target(node, name, receiver)
        if name in SENDS and target:
            self.seen["sends"] = True
            if name == "sendto":
                self.seen["sendto"] = True
                self.seen["private"] = self.seen.get("private", False) or bool(addresses and not addresses & set(_roots(target)))
        if target and target != "self" and (name in ("send", "sendall") or (name in self.senders and receiver)):
            sent.add(target)
        if any(variables & set(_roots(target)) for variables in self.loops):
            self.seen["broadcast"] = True

    def _target(self, node: ast.Call, name: str, receiver: str) -> str:
        """Who gets what is sent: the address of a datagram, the socket handed over, else the object whose method is called."""
        place = self.senders.get(name, _NOT_OURS)
        if place >= 0:
            return ast.unparse(node.args[place]) if place < len(node.args) else ""
        if name in ("sendto", "sock_sendto"):
            return " ".join(ast.unparse(argument) for argument in node.args[1:])
        if name == "sock_sendall" and node.args:
            return ast.unparse(node.args[0])
        if name in SENDS or place != _NOT_OURS:
            return receiver
        if _DELIVERS.search(name):  # of another module, so what it does is told by its name alone
            return " ".join([receiver, *(n for a in node.args for n in _names_in(a) if _CONNECTION.search(n) or len(n) < 3)])
        return ""

    def visit_Assign(self, node: ast.Assign) -> None:
        if isinstance(node.value, ast.Call | ast.Await):
            call = node.value.value if isinstance(node.value, ast.Await) else node.value
            if isinstance(call, ast.Call) and "recvfrom" in _called(call):
                self.functions[-1][2].update(name for target in node.targets for name in _names_in(target))
        for target in node.targets:
            if isinstance(target, ast.Subscript) and any(_CONNECTION.search(n) for n in _names_in(target) | _names_in(node.value)):
                self.seen["stores"] = True
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """`for guest in boxes: boxes[guest] += data`: what select() will send to each when he is ready to take it."""
        owners = _names_in(node.target.slice) if isinstance(node.target, ast.Subscript) else set()
        if _names_in(node.value) and any(variables & owners for variables in self.loops):
            self.puts_by = True
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        bases = " ".join(map(ast.unparse, node.bases))
        self.seen |= {"engine": True} if re.search(r"(TCP|UDP|HTTP)Server\b", bases) else {}
        self.seen |= {"http": True} if "HTTP" in bases else {}
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Pow) and _names_in(node):  # recv(2**12) is the size of a buffer, a**2 + b**2 a task of the course
            self.seen["maths"] = True
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._word(node.attr)
        self.seen |= {"udp": True} if node.attr == "SOCK_DGRAM" else {}
        self.seen |= {"argv": True} if node.attr in ("argv", "parse_args") else {}
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._word(node.id)
        self.seen |= {"udp": True} if node.id == "SOCK_DGRAM" else {}

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self.seen |= {"maths": True} if alias.name in ("math", "cmath", "numpy") else {}
            self.seen |= {"asyncio": True} if alias.name.startswith("asyncio") else {}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.visit_Import(ast.Import(names=[ast.alias(name=node.module or "")]))

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, int) and not isinstance(node.value, bool) and 0 < node.value < 65536:
            self.numbers.add(node.value)
        text = node.value.decode("utf-8", "replace") if isinstance(node.value, bytes) else node.value
        if isinstance(text, str):
            self._word(text)
            self.seen |= {"http": True} if HTTP.search(text) else {}
            self.seen |= {"maths": True} if MATHS.search(text) else {}

    def _word(self, text: str) -> None:
        self.words += bool(CHAT_WORDS.search(text))


def _wrappers(tree: ast.Module) -> tuple[dict[str, int], set[str]]:
    """The file's own functions that do nothing but send, and those that do nothing but receive.

    With each sender goes the number of the argument it sends to, counted without self; _TO_ITSELF for a method of the connection.
    """
    senders, receivers = dict[str, int](), set[str]()
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)):
        calls = [n for n in ast.walk(function) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
        called = {_called(call) for call in calls}
        if called & SENDS and not called & (RECEIVES | {"accept"}):
            names = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")]
            targets = _origins({root for call in calls for root in _roots(_receiver(call, SENDS))}, function)
            senders[function.name] = next((place for place, name in enumerate(names) if name in targets), _TO_ITSELF)
        elif called & RECEIVES and not called & (SENDS | {"accept"}):
            receivers.add(function.name)
        elif (place := _keeps(function)) >= 0:
            senders[function.name] = place
    return senders, receivers


def _keeps(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Which argument it is for whom another one is put by, to be sent when he is ready: `box[who] += data`; _NOT_OURS if none."""
    names = [argument.arg for argument in function.args.args if argument.arg not in ("self", "cls")]
    for node in ast.walk(function):
        kept: ast.expr
        if isinstance(node, ast.AugAssign):
            kept, value = node.target, [node.value]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "extend"):
            kept, value = node.func.value, node.args
        else:
            continue
        owner = _names_in(kept.slice) & set(names) if isinstance(kept, ast.Subscript) else set()
        if owner and {name for part in value for name in _names_in(part)} & (set(names) - owner):
            return names.index(owner.pop())
    return _NOT_OURS


def _origins(names: set[str], function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """These variables, and those their values were looked up with: of `rec = guests[number]` the number, too."""
    assigned = [(node, target) for node in ast.walk(function) if isinstance(node, ast.Assign) for target in node.targets]
    return names | {origin for node, target in assigned if _names_in(target) & names for origin in _names_in(node.value)}


def _starts(statement: ast.stmt) -> bool:
    """A statement of the module that sets something going: a call, a loop, `if __name__ == "__main__"`, with or without try."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call | ast.Await)
    if isinstance(statement, ast.While | ast.For | ast.With):
        return True
    if isinstance(statement, ast.Try):
        return any(map(_starts, statement.body))
    return isinstance(statement, ast.If) and "__name__" in _names_in(statement.test)


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""


def _receiver(node: ast.AST, names: frozenset[str]) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in names:
        return ast.unparse(node.func.value)
    return ""


def _roots(expression: str) -> Iterator[str]:
    """The names an unparsed expression is built from: `self.clients[i].socket` -> self, i."""
    return (match.group() for match in re.finditer(r"(?<![\w.])[^\W\d]\w*", expression))


def _names_in(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def _is_number(node: ast.Call, number: int) -> bool:
    """Whether that is the first argument: os.read(0, ...) reads the keyboard."""
    first = node.args[0] if node.args else None
    return isinstance(first, ast.Constant) and first.value == number and not isinstance(first.value, bool)


def _is_widget_event(node: ast.Call) -> bool:
    """`entry.bind("<Return>", ...)` of tkinter binds a key, not a port."""
    first = node.args[0] if node.args else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str)
