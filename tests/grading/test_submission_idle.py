"""Which waits lead to nothing when a timer ends them."""

from __future__ import annotations

import pytest

from grading.submission.idle import idle_waits

ACCEPTS = """
while True:
    try:
        conn, address = server.accept()
    except {caught}:
        {then}
    {rest}
"""
SELECTS = """
while True:
    ready, _, _ = select.select({sockets}, [], [], 0.5)
    {rest}
"""


def accepts(caught: str = "socket.timeout", then: str = "continue", rest: str = "start(conn)") -> str:
    return ACCEPTS.format(caught=caught, then=then, rest=rest)


def selects(rest: str = "for sock in ready: serve(sock)", sockets: str = "sockets") -> str:
    return SELECTS.format(rest=rest, sockets=sockets)


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("while True:\n    time.sleep(1)", (2,)),
        ("while 1: sleep(0.5)", (1,)),
        ("def main():\n    while True:\n        'does nothing'\n        time.sleep(60 * PAUSE)\n        pass", (4,)),
        ("try:\n    while True:\n        time.sleep(1)\nexcept KeyboardInterrupt:\n    server.close()", (3,)),
        ("while True:\n    try:\n        time.sleep(1)\n    except KeyboardInterrupt:\n        break", (3,)),
        ("while True:\n    time.sleep(1)\n    time.sleep(2)", (2, 3)),
        ("while True:\n    time.sleep(1)\n    tell_everybody()", ()),
        ("while True:\n    time.sleep(1)\n    if over: break", ()),
        ("while True:\n    time.sleep(pause())", ()),
        ("while True:\n    time.sleep(queue.get())", ()),
        ("while running:\n    time.sleep(1)", ()),
        ("while not stop.is_set():\n    time.sleep(1)", (2,)),
        ("while not stop.is_set():\n    time.sleep(1)\ndef serve(conn, event): event.set()", ()),
        ("while True:\n    try:\n        time.sleep(1)\n    finally:\n        tell_everybody()", ()),
        ("while True:\n    try:\n        time.sleep(1)\n        tell_everybody()\n    except OSError:\n        pass", ()),
        ("while True:\n    await asyncio.sleep(1)", ()),
        ("for i in range(10):\n    time.sleep(1)", ()),
        ("while True:\n    pass", ()),
        ("while True: (", ()),
    ],
)
def test_a_loop_that_only_sleeps(source: str, lines: tuple[int, ...]) -> None:
    assert idle_waits({"server.py": source.encode()}, alone=False) == tuple(("server.py", line, "sleep") for line in lines)


@pytest.mark.parametrize(
    ("source", "idle"),
    [
        (accepts(), True),
        (accepts("TimeoutError"), True),
        (accepts("(BlockingIOError, socket.timeout) as error"), True),
        (accepts("socket.timeout", "pass", ""), True),
        (accepts("socket.timeout", "pass", "start(conn)"), False),  # conn is the one from before
        (accepts("socket.timeout", "tell_everybody(); continue"), False),
        (accepts("socket.timeout", "break"), False),
        (accepts("KeyboardInterrupt"), False),  # the time-out ends the server
        (accepts("OSError:\n        break\n    except socket.timeout"), False),  # and so it does here
        (accepts("KeyboardInterrupt:\n        break\n    except socket.timeout"), True),
        (accepts().replace("conn, address = server.accept()", "sweep()\n        conn, address = server.accept()"), False),
        (accepts().replace("    try:", "    sweep()\n    try:"), False),
        (accepts().replace("conn, address = server.accept()", "data, address = server.recvfrom(1024)"), True),
        (accepts().replace("conn, address = server.accept()", "data = conn.recv(1024)"), True),
        (accepts().replace("while True", "while running"), False),
    ],
)
def test_a_loop_that_accepts_with_a_time_out(source: str, idle: bool) -> None:
    line = source.splitlines().index(_line(source)) + 1
    assert idle_waits({"server.py": source.encode()}, alone=False) == ((("server.py", line, "one"),) if idle else ())


def _line(source: str) -> str:
    return next(line for line in source.splitlines() if ".accept()" in line or ".recvfrom(" in line or ".recv(" in line)


@pytest.mark.parametrize(
    ("source", "idle"),
    [
        (selects(), True),
        (selects("if not ready:\n        continue\n    for sock in ready: serve(sock)"), True),
        (selects(sockets="[server, *clients]"), True),
        (selects(sockets="[server] + list(clients.keys())"), True),
        (selects(sockets="waiting_for()"), False),
        (selects("for sock in ready: serve(sock)\n    sweep()"), False),
        (selects("for sock in everybody: serve(sock)"), False),
        (selects("if not ready:\n        sweep()"), False),
        (selects("if not ready:\n        break"), False),
        (selects("if ready: serve(ready)"), False),  # nothing would happen; nobody writes it so
        ("while True:\n    for key, mask in selector.select(timeout=1):\n        key.data(key.fileobj)", True),
        ("while True:\n    for key, mask in selector.select(timeout=next_alarm()):\n        key.data(key.fileobj)", False),
        ("while True:\n    events = poller.poll(500)\n    for fd, event in events: serve(fd)", True),
        ("while True:\n    for key, mask in selector.select(timeout=1):\n        key.data(key.fileobj)\n    sweep()", False),
        ("while True:\n    try:\n        for key, mask in selector.select(1): go(key)\n    except OSError: pass", True),
    ],
)
def test_a_loop_that_goes_through_what_select_gives_it(source: str, idle: bool) -> None:
    assert [kind for _, _, kind in idle_waits({"server.py": source.encode()}, alone=True)] == (["many"] if idle else [])
    assert idle_waits({"server.py": source.encode()}, alone=False) == ()


FLAG = """
import socket, threading, time

class Server:
    def __init__(self):
        self.running = True
        self.over = threading.Event()

    def wait(self):
        while {test}:
            time.sleep(1)

    def close(self):
        {ends}

    def serve(self, conn):
        {more}

server = Server()
try:
    server.wait()
except {caught}:
    server.close()
"""


@pytest.mark.parametrize(
    ("changes", "idle"),
    [
        ({}, True),
        ({"test": "not self.over.is_set()", "ends": "self.over.set()"}, True),
        ({"more": "self.close()"}, False),  # a guest's thread may end it
        ({"more": "self.running = conn.recv(1024) != b'stop'"}, False),
        ({"more": "self.over.set()"}, True),
        ({"test": "not self.over.is_set()", "ends": "self.over.set()", "more": "self.over.set()"}, False),
        ({"test": "self.clients"}, False),  # a list grows and shrinks
        ({"test": "self.running and self.clients"}, False),
        ({"test": "self.over.is_set()"}, False),
        ({"caught": "OSError"}, False),
        ({"caught": "(KeyboardInterrupt, SystemExit)"}, True),
        ({"caught": "KeyboardInterrupt:\n    pass\nfinally"}, True),
        ({"caught": "OSError:\n    pass\nfinally"}, False),
        ({"more": "for self.running in conn: pass"}, False),
        ({"more": "del self.running"}, False),
    ],
)
def test_a_flag_that_only_ctrl_c_changes_is_no_end(changes: dict[str, str], idle: bool) -> None:
    usual = {"test": "self.running", "ends": "self.running = False", "more": "pass", "caught": "KeyboardInterrupt"}
    source = FLAG.format(**{**usual, **changes})
    assert bool(idle_waits({"server.py": source.encode()}, alone=False)) is idle


def test_a_flag_may_be_changed_by_another_file() -> None:
    server = FLAG.format(test="self.running", ends="self.running = False", more="pass", caught="KeyboardInterrupt")
    other = "import server\n\ndef handle(conn):\n    server.running = False\n"
    assert idle_waits({"server.py": server.encode(), "other.py": other.encode()}, alone=False) == ()


def test_what_a_signal_calls_is_done_at_the_end() -> None:
    lines = ["running = True", "def end(*_):", "    global running", "    running = False", "signal.signal(signal.SIGINT, end)"]
    source = "\n".join([*lines, "while running: time.sleep(1)"])
    assert idle_waits({"server.py": source.encode()}, alone=False) == (("server.py", 6, "sleep"),)
    assert idle_waits({"server.py": source.encode() + b"\nend()"}, alone=False) == ()
