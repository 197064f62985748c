"""What is done to a program, and what is left alone."""

from __future__ import annotations

import ast

import pytest

from tests.mutation.mutants import mutants
from tests.mutation.operators import OPERATORS

CHAT = '''\
"""Docstring."""
import socket

SIZE = 1024
PORT: int = 5000


def tell(text, author):
    """Docstring."""
    for guest in list(guests):
        if guest is not author and not muted:
            guest.sendall(text.encode("utf-8", errors="replace"))
    return None


def session(guest, name: str = "x") -> None:
    print("in", 7)
    guest.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with suppress(OSError):
            rest = b""
        while True:
            rest += guest.recv(SIZE)
            if len(rest) < 5:
                break
            rest = decoder.decode(rest[1:])
    except (OSError, ValueError):
        guests.remove(guest)
    finally:
        guest.close()


listener.setblocking(False)
'''
FOUND = mutants("chat.py", CHAT)


def made(operator: str) -> list[tuple[int, str]]:
    return [(mutant.line, mutant.mutated) for mutant in FOUND if mutant.operator == operator]


@pytest.mark.parametrize(
    ("operator", "line", "mutated"),
    [
        ("negated", 11, "if not (guest is not author and not muted):"),
        ("always", 11, "if True:"),
        ("compared", 11, "if guest is author and not muted:"),
        ("compared", 24, "if len(rest) <= 5:"),
        ("not-removed", 11, "if guest is not author and muted:"),
        ("and-or", 11, "if guest is not author or not muted:"),
        ("deleted", 28, "pass"),
        ("deleted", 30, "pass"),
        ("jump", 25, "continue"),
        ("replaced-sum", 23, "rest = guest.recv(SIZE)"),
        ("number", 4, "SIZE = 8"),
        ("number", 24, "if len(rest) < 6:"),
        ("true-false", 22, "while False:"),
        ("emptied", 16, "def session(guest, name: str = '') -> None:"),
        ("argument", 12, 'guest.sendall(text.encode("utf-8"))'),
        ("slice", 26, "rest = decoder.decode(rest)"),
        ("some-only", 10, "for guest in list(list(guests))[:1]:"),
        ("some-only", 10, "for guest in list(list(guests))[1:]:"),
        ("once", 10, "break"),
        ("once", 22, "break"),
        ("except", 27, "except ArithmeticError:"),
        ("except", 27, "except (OSError,):"),
        ("no-with", 20, "if True:"),
        ("partial-send", 12, 'guest.send(text.encode("utf-8", errors="replace"))'),
        ("decode-each-chunk", 26, "rest = rest[1:].decode()"),
        ("recipient-for-author", 11, "if guest is not guest and not muted:"),
    ],
)
def test_each_operator(operator: str, line: int, mutated: str) -> None:
    assert (line, mutated) in made(operator)


def test_a_finally_goes_with_its_body() -> None:
    (mutant,) = [mutant for mutant in FOUND if mutant.operator == "no-finally"]
    assert "finally" not in mutant.source
    assert "guest.close()" not in mutant.source
    assert "except (OSError, ValueError):" in mutant.source


def test_every_operator_is_tried_here() -> None:
    assert {mutant.operator for mutant in FOUND} == set(OPERATORS)


def test_what_no_guest_sees_is_left_alone() -> None:
    touched = {mutant.line for mutant in FOUND}
    assert not touched & {1, 2, 9, 17, 18}  # docstrings, imports, what is printed, how soon a message leaves
    types = 'Guest = TypeVar("Guest", bound=Hashable)\nAction: TypeAlias = Send | Hangup\n'
    assert not mutants("a.py", types)
    here = "import os\nif os.name != 'nt':\n    listen()\nsend()\n"
    assert {mutant.operator for mutant in mutants("a.py", here)} == {"negated", "always", "deleted"}
    assert not [mutant for mutant in FOUND if "name: str" not in mutant.source]  # types


def test_what_means_the_same_is_not_made() -> None:
    source = (
        "def door():\n    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)\n"
        "    sock.setsockopt(level, option, 1)\n    if sock:\n        return None\n"
        "    text.encode('x').decode(\"utf-8\")\n    return None\n"
    )
    here = [(mutant.line, mutant.operator, mutant.mutated) for mutant in mutants("a.py", source)]
    assert [one for one in here if one[0] == 2] == [
        (2, "deleted", "pass"),
        (2, "argument", "sock = socket.socket(socket.SOCK_STREAM, socket.AF_INET)"),
    ]
    assert [mutated for line, operator, mutated in here if (line, operator) == (3, "number")] == ["sock.setsockopt(level, option, 0)"]
    assert not [mutant for mutant in mutants("a.py", CHAT.replace("setblocking", "use")) if mutant.operator == "partial-send"]
    loop = "ready, _, _ = select.select(all, [], [])\nfor one in ready:\n    hear(one)\n"
    assert [(m.operator, "[1:]" in m.mutated) for m in mutants("a.py", loop) if m.line == 2] == [("some-only", True)]
    at_the_end = "def wake():\n    try:\n        work()\n    except OSError:\n        return\n"
    assert not [mutant for mutant in mutants("a.py", at_the_end) if mutant.operator == "jump"]
    assert not [mutant for mutant in mutants("a.py", "with self.lock:\n    work()") if mutant.operator == "no-with"]
    assert not [mutant for mutant in mutants("a.py", 'HOST = "127.0.0.1"') if mutant.operator == "emptied"]
    assert [line for line, operator, _ in here if operator == "jump"] == [5]  # the one at the end is what happens anyway
    assert not [mutated for line, operator, mutated in here if line == 6 and operator == "argument" and ".decode()" in mutated]


def test_all_compile_and_no_two_are_the_same() -> None:
    trees = [ast.dump(ast.parse(mutant.source)) for mutant in FOUND]
    assert len(set(trees)) == len(trees)
    assert ast.dump(ast.parse(CHAT)) not in trees


def test_ids_and_order_are_the_same_every_time() -> None:
    assert [mutant.id for mutant in mutants("chat.py", CHAT)] == [mutant.id for mutant in FOUND]
    assert len({mutant.id for mutant in FOUND}) == len(FOUND)
    assert [mutant.line for mutant in FOUND] == sorted(mutant.line for mutant in FOUND)


def test_a_key_survives_a_shift_of_the_lines() -> None:
    shifted = mutants("chat.py", CHAT.replace("SIZE = 1024\n", "SIZE = 1024\n\n\n"))
    assert [mutant.key for mutant in shifted] == [mutant.key for mutant in FOUND]
    assert [mutant.id for mutant in shifted] != [mutant.id for mutant in FOUND]


def test_calls_of_what_is_left_out_are_left_out_too() -> None:
    source = (
        "def door():\n    try:\n        work(1)\n    except KeyboardInterrupt:\n        print('bye')\n    finally:\n        close(2)\n\n\n"
        "def close(number):\n    number = 3\n"
    )
    assert {(mutant.line, mutant.operator) for mutant in mutants("a.py", source)} == {
        *((line, operator) for line in (3, 7) for operator in ("deleted", "argument", "number")),
        *((2, "no-finally"), (11, "deleted"), (11, "number")),
    }
    assert {mutant.line for mutant in mutants("a.py", source, ("close",))} == {3}


def test_functions_and_constants_can_be_left_out() -> None:
    rest = mutants("chat.py", CHAT, ("SIZE", "tell", "session.name"))
    assert not [mutant for mutant in rest if "name: str" not in mutant.source or "name: str = ''" in mutant.source]
    assert {mutant.function for mutant in rest} == {"", "session"}
    assert 4 not in {mutant.line for mutant in rest}
    with pytest.raises(ValueError, match="nobody"):
        mutants("chat.py", CHAT, ("nobody",))
