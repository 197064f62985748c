"""The interview against our own servers speaking dialects put together at random: what it infers is what they speak."""

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
from reference.dialect import Dialect

pytestmark = pytest.mark.linux
REFERENCE = Path(__file__).parents[2] / "reference"
PROMPTS = ("NICK", "nickname?", "Введите ваше имя: ", "Welcome to the chat! Enter your name!", "Никнейм?\n")
NAMED_LABELS = (
    "{name}: {text}", "[{name}] {text}", "<{name}> {text}", "{name} > {text}",
    "[{time}] {name}: {text}", "\n{name}: {text}", "{text} ({name})",
)  # fmt: skip
ADDRESS_LABELS = ("('{host}', {port}): {text}", "User {port}: {text}", "Message from [{port}]: {text}")
JOINED = ("", "{name} joined the chat!", "*** {name} подключился ***", "👋 {name} теперь в чате", "Server: say hi to {name}")
LEFT = ("", "{name} left the chat.", "*** {name} вышел из чата ***", "Пользователь {name} покинул чат")
WELCOME = ("", "Connected to the server", "Вы в чате, {name}!", "Welcome!")
SERVER = """
import json
from chatroom.dialect import Dialect
from chatroom.room import Room
from chatroom.servers import doorstep, threaded, selecting
from datetime import datetime
style = {{"threaded": threaded, "selecting": selecting}}[{style!r}]
style.serve(doorstep.listen("127.0.0.1", 0), Room(Dialect(**json.loads({dialect!r})), clock=datetime.now))
"""


def random_dialect(dice: random.Random) -> Dialect:
    """A dialect as students make them up."""
    framing = dice.choice(("none", "none", "lines", "lines", "lines-in", "lines-out"))
    named_by = dice.choice(("prompt", "first-message", "nobody"))
    author = dice.choice(("server", "client")) if named_by != "nobody" else dice.choice(("label", "client"))
    relay = {"server": dice.choice(NAMED_LABELS), "label": dice.choice(ADDRESS_LABELS), "client": "{text}"}[author]
    notices = named_by != "nobody"
    joined, left = (dice.choice(JOINED), dice.choice(LEFT)) if notices else ("", "")
    if framing == "none" and relay.startswith("\n"):
        relay = relay.lstrip()
    prompt = dice.choice(PROMPTS) if named_by == "prompt" else ""
    return Dialect(
        prompt=prompt.strip() if framing != "none" else prompt, named_by=named_by, author=author, relay=relay, echo=dice.random() < 0.4,
        welcome=dice.choice(WELCOME) if notices else "", joined=joined, left=left, framing=framing,
    )  # fmt: skip


def learn(dialect: Dialect, style: str, seed: int) -> Learned:
    files = {f"chatroom/{path.relative_to(REFERENCE).as_posix()}": path.read_bytes() for path in REFERENCE.rglob("*.py")}
    files = {name: source.replace(b"from reference", b"from chatroom") for name, source in files.items()}
    files["server.py"] = SERVER.format(style=style, dialect=json.dumps(asdict(dialect))).encode()
    bench = Bench(lambda: open_sandbox(files), Launch(("server.py",)), "dialects")
    try:
        return interview(bench.fresh, Hints(author="client"), random.Random(seed))
    finally:
        bench.close()


@pytest.mark.parametrize("seed", range(24))
def test_what_is_inferred_is_what_is_spoken(seed: int) -> None:
    dice = random.Random(f"dialect {seed}")
    dialect = random_dialect(dice)
    learned = learn(dialect, dice.choice(("threaded", "selecting")), seed)
    assert learned.understood
    got, spoken = asdict(learned.dialect), asdict(dialect)
    spoken["welcome"], got["prompt"], spoken["prompt"] = spoken["welcome"].strip(), got["prompt"].strip(), spoken["prompt"].strip()
    assert got == spoken


if __name__ == "__main__":  # a longer run by hand: python -m tests.grading.test_dialects_inferred 200
    import sys

    for number in range(int(sys.argv[1])):
        test_what_is_inferred_is_what_is_spoken(number)
        print(number, "ok", flush=True)
