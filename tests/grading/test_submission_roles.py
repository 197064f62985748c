"""Which words make a program the server, where it may be the client, too: listings of a few lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_submission_samples import plant

from grading.submission import find
from grading.submission.roles import server_arguments


def words(source: str, *, connects: bool = False) -> tuple[str, ...]:
    return server_arguments([source.encode()], connects=connects)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import sys\nif sys.argv[1] == 'server': serve()\nelif sys.argv[1] == 'client': talk()", "server"),
        ("args = sys.argv[1:]\nif args and args[0] == 'client': talk()\nelif args[0] == 'srv': serve()", "srv"),
        ("role = sys.argv[1].lower()\nif role in ('serve', 's'): serve()\nif role in ('join', 'j'): talk()", "serve"),
        ("_, role, *rest = sys.argv\nif role == 's': serve()\nelif role == 'c': talk()", "s"),
        ("from sys import argv\nif argv[1] == 'сервер': serve()\nelif argv[1] == 'клиент': talk()", "сервер"),
        ("if '--server' in sys.argv: serve()\nif '--client' in sys.argv: talk()", "--server"),
        ("for word in sys.argv[1:]:\n  if word == '-s': serve()\n  if word == '-c': talk()", "-s"),
        ("match sys.argv[1:]:\n  case ['host', *_]: serve()\n  case ['connect', host]: talk()", "host"),
        ("def main(words):\n  if words[0] == 'server': serve()\n  if words[0] == 'client': talk()\nmain(sys.argv[1:])", "server"),
        ("ROLES = {'server': serve, 'client': talk}\nROLES[sys.argv[1]]()", "server"),
        ("ROLES = {'client': talk, 'server': serve}\nROLES.get(sys.argv[1], usage)()", "server"),
        ("SERVE, TALK = 'x', 'y'\nSERVER = 'server'\nif (r := sys.argv[1]) == SERVER: serve()\nelif r == 'client': talk()", "server"),
        ("p.add_argument('role', choices=['client', 'server'])", "server"),
        ("p.add_argument('role')\na = p.parse_args()\nif a.role == 'server': serve()\nif a.role == 'client': talk()", "server"),
        ("p.add_argument('-m', '--mode', choices=('server', 'client'), default='client')", "--mode server"),
        ("p.add_argument('-s', '--server', action='store_true')\np.add_argument('--client', action='store_true')", "--server"),
        ("sub = p.add_subparsers()\nsub.add_parser('client')\none = sub.add_parser('server')", "server"),
    ],
)
def test_a_program_that_names_both_is_told_to_be_the_server(source: str, expected: str) -> None:
    assert words(source) == tuple(expected.split())


@pytest.mark.parametrize(
    "source",
    [
        "if len(sys.argv) > 1 and sys.argv[1] == 'server': serve()\nelse: talk()",
        "p.add_argument('--server', action='store_true')\nif p.parse_args().server: serve()\nelse: talk()",
    ],
)
def test_whoever_is_no_server_is_a_client(source: str) -> None:
    assert words(source, connects=True)
    assert words(source) == ()


@pytest.mark.parametrize(
    "source",
    [
        "",
        "if sys.argv[1] == (",
        "port = int(sys.argv[1])",
        "if len(sys.argv) > 1 and sys.argv[1] == 'client': talk()\nelse: serve()",
        "role = sys.argv[1] if len(sys.argv) > 1 else 'server'\nif role == 'server': serve()\nelif role == 'client': talk()",
        "role = (sys.argv[1:] or ['server'])[0]\nif role == 'server': serve()\nelif role == 'client': talk()",
        "p.add_argument('role', nargs='?', choices=['server', 'client'], default='server')",
        "p.add_argument('--server', default='127.0.0.1')",
        "p.add_argument('-s', '--silent', action='store_true')\np.add_argument('-c', '--color', action='store_true')",
        "data = conn.recv(9)\nif data == 'server': pass\nelif data == 'client': pass",
        "role = input()\nif role == 'server': serve()\nelif role == 'client': talk()",
    ],
)
def test_what_works_as_it_is_is_left_alone(source: str) -> None:
    assert words(source, connects=True) == ()


BOTH = """
import socket, sys
def serve():
    people = []
    door = socket.create_server(("", 9090))
    while True:
        conn, _ = door.accept()
        people.append(conn)
        for other in people:
            other.send(conn.recv(1024))
def talk():
    socket.create_connection(("localhost", 9090)).send(input().encode())
if sys.argv[1:] == ["server"]:
    serve()
elif sys.argv[1:] == ["client"]:
    talk()
"""


def test_the_reader_is_told_how_it_was_started(tmp_path: Path) -> None:
    plant(tmp_path, {"main.py": BOTH})
    (submission,) = find(tmp_path)
    assert submission.argv == ("main.py", "server")
    assert any("«python main.py server»" in note for note in submission.notes)


def test_lab_toml_knows_better(tmp_path: Path) -> None:
    plant(tmp_path, {"main.py": BOTH, "lab.toml": '[launch]\nargs = ["start"]'})
    (submission,) = find(tmp_path)
    assert submission.argv == ("main.py", "start")
    assert submission.notes == ()
