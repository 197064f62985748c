"""Which loops do nothing but sleep."""

from __future__ import annotations

import textwrap

import pytest

from grading.submission.idle import idle_lines


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
        ("while not stop.is_set():\n    time.sleep(1)", ()),
        ("while True:\n    try:\n        time.sleep(1)\n    finally:\n        tell_everybody()", ()),
        ("while True:\n    try:\n        time.sleep(1)\n        tell_everybody()\n    except OSError:\n        pass", ()),
        ("while True:\n    await asyncio.sleep(1)", ()),
        ("for i in range(10):\n    time.sleep(1)", ()),
        ("while True:\n    pass", ()),
        ("while True: (", ()),
    ],
)
def test_only_a_loop_without_end_that_does_nothing_else_is_idle(source: str, lines: tuple[int, ...]) -> None:
    assert idle_lines(textwrap.dedent(source).encode()) == lines
