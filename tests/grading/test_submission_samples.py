"""Small programs of the course's kinds, written for these tests, and how they are told apart.

Chats in several styles, clients, and the servers of the course's other tasks; the other test_submission files plant them in trees.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from grading.submission.behaviour import traits_of
from grading.submission.traits import CHAT, Traits

BROADCAST = '''\
import socket
import threading

people = []


def pass_on(data, author):
    for person in people:
        if person is not author:
            person.sendall(data)


def listen_to(person):
    while True:
        data = person.recv(1024)
        if not data or data == b"/bye":
            people.remove(person)
            break
        pass_on(data, person)


door = socket.socket()
door.bind(("127.0.0.1", 7070))
door.listen()
while True:
    person, _ = door.accept()
    people.append(person)
    threading.Thread(target=listen_to, args=(person,)).start()
'''

TWO_USERS = '''\
import socket

door = socket.socket()
door.bind(("localhost", 7071))
door.listen(2)
left, _ = door.accept()
right, _ = door.accept()
while True:
    right.send(left.recv(1024))
    left.send(right.recv(1024))
'''

UDP_CHAT = '''\
import socket

known = set()
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("localhost", 7072))
while True:
    data, sender = sock.recvfrom(1024)
    known.add(sender)
    for address in known:
        if address != sender:
            sock.sendto(data, address)
'''

CONSOLE = '''\
import socket

sock = socket.socket()
sock.bind(("localhost", 7073))
sock.listen(1)
conn, _ = sock.accept()
while True:
    print(conn.recv(1024).decode())
    conn.send(input("> ").encode())
'''

CLIENT_BARE = '''\
import socket
import threading

sock = socket.socket()
sock.connect(("127.0.0.1", 7070))
sock.send(input("Имя: ").encode())


def show():
    while True:
        print(sock.recv(1024).decode())


threading.Thread(target=show, daemon=True).start()
while True:
    text = input()
    if text == "/bye":
        break
    sock.send(text.encode())
'''

CLIENT_NAMED = CLIENT_BARE.replace('sock.send(input("Имя: ").encode())', 'name = input("Имя: ")')
CLIENT_NAMED = CLIENT_NAMED.replace("send(text", 'send(f"<{name}> {text}"')

UDP_HELLO = '''\
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("localhost", 8001))
data, address = sock.recvfrom(1024)
sock.sendto(b"Hello, client", address)
'''

MATHS = '''\
import math
import socket

sock = socket.socket()
sock.bind(("localhost", 8002))
sock.listen(1)
while True:
    conn, _ = sock.accept()
    a, b = map(float, conn.recv(1024).decode().split())
    conn.send(str(math.hypot(a, b)).encode())  # теорема Пифагора
    conn.close()
'''

PAGE = '''\
import socket

sock = socket.socket()
sock.bind(("localhost", 8003))
sock.listen(5)
while True:
    conn, _ = sock.accept()
    conn.recv(4096)
    conn.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n" + open("index.html", "rb").read())
    conn.close()
'''

JOURNAL = '''\
import socket
import threading

marks = {}


def answer(conn):
    request = conn.recv(4096).decode()
    method, path, _ = request.split(" ", 2)
    if method == "POST":
        subject, mark = request.rsplit("\\r\\n", 1)[1].split("&")
        marks.setdefault(subject, []).append(mark)
    conn.send("HTTP/1.1 200 OK\\r\\n\\r\\n".encode())
    for subject, row in marks.items():
        conn.send(f"<p>{subject}: {row}</p>".encode())
    conn.close()


sock = socket.socket()
sock.bind(("localhost", 8005))
sock.listen()
while True:
    conn, _ = sock.accept()
    threading.Thread(target=answer, args=(conn,)).start()
'''

ECHO = '''\
import socket

sock = socket.socket()
sock.bind(("localhost", 8006))
sock.listen()
while True:
    conn, _ = sock.accept()
    conn.send(conn.recv(1024))
'''


def plant(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files (path -> text or bytes) below `root` and return it."""
    for path, content in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def traits(text: str) -> Traits:
    return traits_of(text.encode())


@pytest.mark.parametrize("text", [BROADCAST, TWO_USERS, UDP_CHAT, CONSOLE], ids=["broadcast", "two users", "UDP", "console"])
def test_a_chat_is_told_by_what_it_does(text: str) -> None:
    assert traits(text).points >= CHAT
    assert not traits(text).is_client


@pytest.mark.parametrize("text", [UDP_HELLO, MATHS, PAGE, JOURNAL, ECHO], ids=["hello", "maths", "page", "journal", "echo"])
def test_servers_of_other_tasks_are_no_chats(text: str) -> None:
    assert traits(text).serves
    assert traits(text).points < CHAT


@pytest.mark.parametrize("text", [CLIENT_BARE, CLIENT_NAMED])
def test_clients_are_clients(text: str) -> None:
    assert traits(text).is_client
    assert not traits(text).serves


def test_a_program_that_is_either_by_its_argument_is_a_server() -> None:
    assert traits(BROADCAST + "\nif sys.argv[1] == 'client':\n    socket.socket().connect(('localhost', 7070))\n").serves


@pytest.mark.parametrize(
    "relay",
    [
        "for i in range(len(people)):\n    people[i].send(data)",
        "[p.send(data) for p in people]",
        "list(map(lambda p: p.send(data), people))",
        "for p in people.values():\n    loop.sock_sendall(p.sock, data)",
        "for name, p in people.items():\n    p['socket'].sendall(data)",
        "for p in people:\n    p.outbox.put(data)",
        "async def f():\n    for w in people:\n        w.write(data)\n        await w.drain()",
        "for p in people:\n    tell(p, data)\ndef tell(whom, data):\n    whom.sendall(data)",
    ],
)
def test_sending_to_each_in_a_loop_is_a_broadcast(relay: str) -> None:
    assert traits(relay).broadcast


@pytest.mark.parametrize(
    "answer",
    [
        "for line in page:\n    conn.send(line)",
        "for s in ready:\n    s.send(s.recv(100))",
        "for line in page:\n    tell(conn, line)\ndef tell(whom, data):\n    whom.sendall(data)",
    ],
)
def test_sending_much_to_one_is_not(answer: str) -> None:
    assert not traits(answer).broadcast


def test_a_students_start_server_is_not_asyncios() -> None:
    assert not traits("def start_server():\n    pass\nstart_server()\n").engine
    assert traits("import asyncio\nasyncio.start_server(f, 'localhost', 1)\n").engine


def test_a_key_bound_in_a_window_is_no_port() -> None:
    assert not traits("entry.bind('<Return>', send)\n").binds


def test_a_file_that_does_not_parse_is_judged_by_its_words() -> None:
    broken = traits(BROADCAST.replace("people = []", "people = ["))
    assert not broken.parses
    assert broken.points >= CHAT
    assert traits(CLIENT_BARE + ")").is_client


@pytest.mark.parametrize(
    "text", ["x = " + "(" * 5000, "x = " + "-" * 50_000 + "1", "x = a" + ".b" * 20_000, "\0", "if 1: pass\n" + "elif 1: pass\n" * 2000]
)
def test_puzzles_are_read_without_an_exception(text: str) -> None:
    assert not traits(text).serves
