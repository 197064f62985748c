"""What can be done to one node of a program so that it is a little wrong: mechanical faults, and those students make in chats.

An operator is a generator: it takes a node and its surroundings and yields what may stand in its place. Nothing here knows where the
program comes from, or what becomes of it. Faults that need no operator of their own: "does not remove on leave", "close removed",
"setsockopt removed" are statements deleted; "daemon=True removed" is an argument dropped; "drops the echo exclusion" is a condition made
true.

What is known to mean the same is not made, so that nobody has to excuse it: an argument left out that is the default anyway, another number
for "yes" in an option of a socket, a `return` of nothing left out where the function ends, `send` for `sendall` where it waits until all is
taken, all addresses for the local one, only the first of those that `select` names.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import libcst as cst

LARGE: Final = 64
"""A number from here on is a size: one more or less changes nothing. It becomes 8, what no message fits in."""
LOCAL: Final = "127.0.0.1"
"""A server that listens on all addresses, "", listens on this one too."""
DEFAULTS: Final = ('"utf-8"', "socket.SOCK_STREAM")
"""Arguments that may as well be left out: of `encode` and `decode`, and of `socket.socket` (Python's documentation). An address of digits
has one answer, so `getaddrinfo` does not need the second either."""
_PASS: Final = cst.SimpleStatementLine([cst.Pass()])
_TRUE: Final = cst.Name("True")
_FALSE: Final = ("None", "False", 'b""')
"""What is as false as the None that is returned instead; of bytes that did not come nothing else is asked."""


@dataclass(frozen=True)
class Around:
    """Where a node stands.

    Attributes:
        parameters: of the function.
        each: what the innermost `for` calls the one whose turn it is, "" outside.
        last: statements after which the function ends.
        option: in a call of `setsockopt`.
        again: names for those of whom the next `select` says the same again, if they are left over now.
        impatient: in a file that tells sockets not to wait, or not for long: on Linux any other `send` takes everything, or fails.
    """

    parameters: frozenset[str] = frozenset()
    each: str = ""
    last: tuple[cst.CSTNode, ...] = ()
    option: bool = False
    again: frozenset[str] = frozenset()
    impatient: bool = False


Operator = Callable[[cst.CSTNode, Around], Iterator[cst.CSTNode]]
OPERATORS: Final[dict[str, Operator]] = {}


def _named(name: str) -> Callable[[Operator], Operator]:
    def keep(operator: Operator) -> Operator:
        OPERATORS[name] = operator
        return operator

    return keep


# -- conditions


@_named("negated")
def _negated(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.If | cst.While | cst.IfExp | cst.CompIf):
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), _in_brackets(node.test)))


@_named("always")
def _always(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.If | cst.CompIf):
        yield node.with_changes(test=_TRUE)


@_named("compared")
def _compared(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.ComparisonTarget):
        for one, other in _COMPARED:
            for old, new in ((one, other), (other, one)):
                if isinstance(node.operator, old):
                    yield node.with_changes(operator=new())


_COMPARED: Final[tuple[tuple[type[cst.BaseCompOp], type[cst.BaseCompOp]], ...]] = (
    (cst.Equal, cst.NotEqual), (cst.LessThan, cst.LessThanEqual), (cst.GreaterThan, cst.GreaterThanEqual),
    (cst.Is, cst.IsNot), (cst.In, cst.NotIn),
)  # fmt: skip


@_named("not-removed")
def _not_removed(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
        yield _in_brackets(node.expression)


@_named("and-or")
def _and_or(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.BooleanOperation):
        yield node.with_changes(operator=cst.Or() if isinstance(node.operator, cst.And) else cst.And())


# -- statements


@_named("deleted")
def _deleted(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    gone = cst.Expr | cst.Assign | cst.AnnAssign | cst.AugAssign | cst.Del | cst.Raise
    if isinstance(node, cst.SimpleStatementLine) and isinstance(node.body[0], gone):
        yield _PASS


@_named("jump")
def _jump(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if not isinstance(node, cst.SimpleStatementLine):
        return
    jump = node.body[0]
    if isinstance(jump, cst.Break | cst.Continue):
        yield _PASS
        yield cst.SimpleStatementLine([cst.Continue() if isinstance(jump, cst.Break) else cst.Break()])
    elif isinstance(jump, cst.Return):
        value = cst.Module([]).code_for_node(jump.value) if jump.value else "None"
        ends = any(node is last for last in around.last)
        if not (ends and value in ("None", 'b""')):
            yield _PASS
        if value not in _FALSE:
            yield cst.SimpleStatementLine([cst.Return()])


@_named("replaced-sum")
def _replaced_sum(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.AugAssign):
        yield cst.Assign([cst.AssignTarget(node.target)], node.value)
    elif isinstance(node, cst.BinaryOperation):
        yield _in_brackets(node.left)
        yield _in_brackets(node.right)


# -- values


@_named("number")
def _number(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.Integer):
        number = int(node.value.replace("_", ""), 0)
        for other in (8,) if number >= LARGE else (0,) if around.option and number else (number + 1, number - 1):
            yield cst.Integer(str(other)) if other >= 0 else cst.UnaryOperation(cst.Minus(), cst.Integer(str(-other)))


@_named("true-false")
def _true_false(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.Name) and node.value in ("True", "False"):
        yield cst.Name("False" if node.value == "True" else "True")


@_named("emptied")
def _emptied(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.SimpleString) and node.raw_value not in ("", LOCAL):
        yield cst.SimpleString("b''" if "b" in node.prefix else "''")


@_named("argument")
def _argument(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    """Each keyword dropped, the last positional argument dropped, each two neighbours swapped."""
    if not isinstance(node, cst.Call):
        return
    plain = [index for index, argument in enumerate(node.args) if argument.keyword is None and not argument.star]
    for index, argument in enumerate(node.args):
        may_go = argument.keyword is not None or index == max(plain, default=-1)
        if may_go and cst.Module([]).code_for_node(argument.value) not in DEFAULTS:
            yield node.with_changes(args=_listed([*node.args[:index], *node.args[index + 1 :]]))
    for left, right in itertools.pairwise(plain):
        args = list(node.args)
        args[left], args[right] = args[right], args[left]
        yield node.with_changes(args=_listed(args))


@_named("slice")
def _slice(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.Subscript) and len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Slice):
        yield node.value


# -- loops, exceptions, context managers


@_named("some-only")
def _some_only(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    """A loop over the first only, and over all but the first."""
    if isinstance(node, cst.For | cst.CompFor):
        for part in ("1:",) if _again(node, around) else (":1", "1:"):
            sliced = cst.parse_expression(f"list(x)[{part}]")
            yield node.with_changes(iter=sliced.deep_replace(_argument_of(sliced), node.iter))


@_named("once")
def _once(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    """What is done for all is done for the first who is met; what is done again and again is done once."""
    if isinstance(node, cst.For | cst.While) and isinstance(node.body, cst.IndentedBlock) and not _again(node, around):
        ended = cst.SimpleStatementLine([cst.Break()])
        yield node.with_changes(body=node.body.with_changes(body=[*node.body.body, ended]))


@_named("except")
def _except(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    """A handler that never fits, and one that has lost one of several exceptions."""
    if not isinstance(node, cst.ExceptHandler):
        return
    yield node.with_changes(type=cst.Name("ArithmeticError"), whitespace_after_except=cst.SimpleWhitespace(" "))
    if isinstance(node.type, cst.Tuple):
        for element in node.type.elements:
            rest = [other.with_changes(comma=cst.Comma()) for other in node.type.elements if other is not element]
            yield node.with_changes(type=node.type.with_changes(elements=rest))


@_named("no-finally")
def _no_finally(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if isinstance(node, cst.Try) and node.finalbody is not None:
        yield node.with_changes(finalbody=None) if node.handlers else cst.If(_TRUE, node.body)


@_named("no-with")
def _no_with(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    """Without `suppress`. Without a lock is not made: only a race shows it, and whoever grades twice must see the same twice."""
    if isinstance(node, cst.With) and all(item.asname is None and not _is_lock(item.item) for item in node.items):
        yield cst.If(_TRUE, node.body)


# -- the faults of chats


@_named("partial-send")
def _partial_send(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    if around.impatient and isinstance(node, cst.Attribute) and node.attr.value == "sendall":
        yield node.with_changes(attr=cst.Name("send"))


@_named("decode-each-chunk")
def _decode_each_chunk(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    """`decoder.decode(chunk)` forgets the half letter that waits; a line reader decodes what it got and not what it has."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "decode" and node.args:
        owner = node.func.value
        if "decoder" in (owner.value if isinstance(owner, cst.Name) else owner.attr.value if isinstance(owner, cst.Attribute) else ""):
            yield cst.Call(cst.Attribute(node.args[0].value, cst.Name("decode")))


@_named("recipient-for-author")
def _recipient_for_author(node: cst.CSTNode, around: Around) -> Iterator[cst.CSTNode]:
    """In a loop over all, the one whose turn it is instead of the one it is about."""
    if isinstance(node, cst.Name) and around.each and node.value in around.parameters - {"self", around.each}:
        yield cst.Name(around.each)


# -- helpers


def _again(node: cst.CSTNode, around: Around) -> bool:
    return isinstance(node, cst.For | cst.CompFor) and isinstance(node.iter, cst.Name) and node.iter.value in around.again


def _is_lock(expression: cst.BaseExpression) -> bool:
    name = expression.attr if isinstance(expression, cst.Attribute) else expression
    return isinstance(name, cst.Name) and name.value.endswith("lock")


def _in_brackets(expression: cst.BaseExpression) -> cst.BaseExpression:
    if isinstance(expression, cst.Name | cst.Call | cst.Attribute | cst.Subscript) or expression.lpar:
        return expression
    return expression.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _listed(args: list[cst.Arg]) -> list[cst.Arg]:
    """With commas between them and none after the last."""
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    return [argument.with_changes(comma=comma if argument is not args[-1] else cst.MaybeSentinel.DEFAULT) for argument in args]


def _argument_of(sliced: cst.BaseExpression) -> cst.BaseExpression:
    assert isinstance(sliced, cst.Subscript)
    assert isinstance(sliced.value, cst.Call)
    return sliced.value.args[0].value
