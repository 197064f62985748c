"""The interview against a Room behind every kind of wrapping, put together at random, and with misleading hints before the right one."""

from __future__ import annotations

import json
import random
from dataclasses import asdict
from pathlib import Path

import pytest

from grading.bench import Bench
from grading.interview import interview
from grading.learned import Hints, Learned
from grading.running import Launch
from grading.sandbox import open_sandbox
from grading.submission.model import Way
from reference.dialect import Dialect

pytestmark = pytest.mark.linux
REFERENCE = Path(__file__).parents[2] / "reference"
FRAMINGS = ("json", "json-lines", "json-out", "nul", "length-2", "length-4", "length-4-little", "length-decimal-8", "length-line", "lines")
# Unwraps and wraps in its own way, so that a mistake in grading.wire is not made twice.
SERVER = """
import json, re, socket, struct, threading
from chatroom.dialect import Dialect
from chatroom.room import Room, Send
how = json.loads({how!r})
framing, hello, says = how["framing"], how.pop("hello"), how.pop("says")
room = Room(Dialect(**{{**how, "framing": "none"}}))
inside, lock = {{}}, threading.Lock()

def take(conn, count):
    data = b""
    while len(data) < count:
        data += conn.recv(count - len(data)) or exit_thread()
    return data

def exit_thread():
    raise ConnectionError

def until(conn, end):
    data = b""
    while not data.endswith(end):
        data += take(conn, 1)
    return data[:-1]

def messages(conn):
    text = ""
    while True:
        if framing == "json":
            text += conn.recv(4096).decode() or exit_thread()
            while text:
                try:
                    _, end = json.JSONDecoder().raw_decode(text)
                except ValueError:
                    break
                yield text[:end]
                text = text[end:]
        elif framing == "json-out":
            yield (conn.recv(4096) or exit_thread()).decode()
        elif framing in ("lines", "json-lines"):
            yield until(conn, b"\\n").decode()
        elif framing == "nul":
            yield until(conn, b"\\0").decode()
        elif framing == "length-line":
            yield take(conn, int(until(conn, b"\\n"))).decode()
        elif framing.startswith("length-decimal"):
            yield take(conn, int(take(conn, 8))).decode()
        else:
            form = {{"length-2": ">H", "length-4": ">I", "length-4-little": "<I"}}[framing]
            yield take(conn, struct.unpack(form, take(conn, struct.calcsize(form)))[0]).decode()

def framed(text):
    data = text.encode()
    if framing.startswith("json"):
        name, _, said = text.rpartition(": ")
        data = json.dumps({{"from": name, "text": said}} if name else {{"info": said}}).encode()
        return data + (b"\\n" if framing == "json-lines" else b"")
    if framing == "length-line":
        return b"%d\\n" % len(data) + data
    if framing.startswith("length-decimal"):
        return b"%8d" % len(data) + data
    if framing == "lines":
        return data + b"\\n"
    if framing == "nul":
        return data + b"\\0"
    return struct.pack({{"length-2": ">H", "length-4": ">I", "length-4-little": "<I"}}[framing], len(data)) + data

def field(template, message, place):
    if template.startswith('{{"'):
        for key, value in json.loads(template).items():
            if value == place:
                return json.loads(message)[key]
    start = template.partition(place)[0]
    if not message.startswith(start):
        raise ConnectionError
    return message[len(start):]

def do(actions):
    for action in actions:
        if isinstance(action, Send):
            for conn in action.recipients:
                conn.sendall(framed(action.data.decode()))

def talk(conn, address):
    with lock:
        do(room.enter(conn, address))
    try:
        named = not hello
        for message in messages(conn):
            text = field(says, message, "{{text}}") if named else field(hello, message, "{{name}}")
            named = True
            with lock:
                do(room.hear(conn, text.encode()))
    except (OSError, ValueError, KeyError, TypeError):
        pass
    with lock:
        do(room.leave(conn))
    conn.close()

server = socket.create_server(("127.0.0.1", 9090))
while True:
    threading.Thread(target=talk, args=server.accept(), daemon=True).start()
"""


def random_dialect(dice: random.Random) -> Dialect:
    """Any framing, with and without templates for the name and for texts."""
    framing = dice.choice(FRAMINGS)
    hellos: tuple[str, ...] = ("{name}", "NICK:{name}", "/nick {name}")
    texts: tuple[str, ...] = ("{text}", "MSG {text}", '{"t": "{text}"}')
    if framing.startswith("json"):
        hellos, texts = ('{"join": "{name}"}',), ('{"text": "{text}"}',)
    if framing == "json-out":
        hellos, texts = ("{name}",), ("{text}",)
    prompt = dice.choice(("", "NICK", "Ваше имя"))
    json_like = framing.startswith("json")
    return Dialect(
        prompt=prompt, named_by="prompt" if prompt else "first-message", relay="{name}: {text}", echo=dice.random() < 0.4,
        joined=dice.choice(("", "{name} joined")), left=dice.choice(("", "{name} left")), framing=framing,
        hello=dice.choice(hellos), says=dice.choice(texts),
        welcome="" if json_like else dice.choice(("", "Вы в чате, {name}!")),
    )  # fmt: skip


def learn(dialect: Dialect, seed: int) -> Learned:
    files = {f"chatroom/{path.relative_to(REFERENCE).as_posix()}": path.read_bytes() for path in REFERENCE.rglob("*.py")}
    files = {name: source.replace(b"from reference", b"from chatroom") for name, source in files.items()}
    files["server.py"] = SERVER.format(how=json.dumps(asdict(dialect))).encode()
    bench = Bench(lambda: open_sandbox(files), Launch(("server.py",)), "wires")
    right = Way(dialect.framing, dialect.hello, dialect.then, dialect.says)
    misleading = [Way("length-8"), Way("json", "", "", '{"name": "{name}", "msg": "{text}"}'), Way("none", "USER {name}", "", "SAY {text}")]
    ways = (*misleading, right) if dialect.framing != "json-out" else ()
    try:
        return interview(bench.fresh, Hints(ways=tuple(ways)), random.Random(seed))
    finally:
        bench.close()


def shown(template: str, dialect: Dialect) -> str:
    """What the Room says, as this server wraps it."""
    if not template or not dialect.framing.startswith("json"):
        return template
    return '{"from": "{name}", "text": "{text}"}' if "{text}" in template else f'{{"info": "{template}"}}'


@pytest.mark.parametrize("seed", range(12))
def test_what_is_inferred_is_what_is_spoken(seed: int) -> None:
    dialect = random_dialect(random.Random(f"wire {seed}"))
    learned = learn(dialect, seed)
    assert learned.understood, dialect
    got, spoken = asdict(learned.dialect), asdict(dialect)
    for key in ("prompt", "relay", "joined", "left"):
        spoken[key], got[key] = shown(spoken[key], dialect), got[key].strip()
    assert got == spoken


if __name__ == "__main__":  # a longer run by hand: python -m tests.grading.test_wires_inferred 200
    import sys

    for number in range(int(sys.argv[1])):
        test_what_is_inferred_is_what_is_spoken(number)
        print(number, "ok", flush=True)
