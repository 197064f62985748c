"""Servers on selectors that fill buffers, and reports in folders: what is found when it is named is found in a tree, too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_submission_samples import BROADCAST, ECHO, MATHS, plant

from grading.submission import find
from grading.submission.behaviour import traits_of
from grading.submission.traits import CHAT

QUEUES = """\
import selectors
import socket

waiting = selectors.DefaultSelector()
later = {}


def send(guest, data):
    later[guest] += data
    waiting.modify(guest, selectors.EVENT_READ | selectors.EVENT_WRITE)


door = socket.socket()
door.bind(("127.0.0.1", 7072))
door.listen()
waiting.register(door, selectors.EVENT_READ)
while True:
    for key, _ in waiting.select():
        if key.fileobj is door:
            person, _ = door.accept()
            later[person] = b""
            waiting.register(person, selectors.EVENT_READ)
            continue
        said = key.fileobj.recv(1024)
        for one in later:
            send(one, said)
"""


def notebook(code: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": "%%writefile chat.py\n" + code, "metadata": {}}]})


@pytest.mark.parametrize("keeps", ["later[guest] += data", "later[guest].append(data)", "later[guest].extend(data)"])
def test_who_puts_by_for_each_what_select_will_send_is_a_broadcaster(keeps: str) -> None:
    traits = traits_of(QUEUES.replace("later[guest] += data", keeps).encode())
    assert traits.broadcast
    assert traits.points >= CHAT
    assert traits_of(QUEUES.replace("send(one, said)", "later[one] += said").encode()).broadcast


@pytest.mark.parametrize("counts", ["later[guest] += 1", "later[data] = guest", "total.append(data)"])
def test_who_only_counts_is_not(counts: str) -> None:
    assert not traits_of(QUEUES.replace("later[guest] += data", counts).encode()).broadcast


def test_a_notebook_is_found_in_a_folder_as_when_it_is_named(tmp_path: Path) -> None:
    plant(tmp_path, {"класс/Иванов/чат.ipynb": notebook(QUEUES), "класс/Петров/server.py": BROADCAST})
    first, second = find(tmp_path / "класс")
    assert (first.problem, second.problem) == (None, None)
    assert first.path.endswith("класс/Иванов/чат.ipynb")


def test_for_want_of_a_chat_a_report_with_any_server_is_taken_as_a_file_would_be(tmp_path: Path) -> None:
    plant(tmp_path, {"класс/Иванов/отчёт.md": f"# Эхо\n\n```python\n{ECHO}```\n", "класс/Петров/server.py": BROADCAST})
    plant(tmp_path, {"один/чат.ipynb": notebook(ECHO)})
    report, _ = find(tmp_path / "класс")
    (alone,) = find(tmp_path / "один")
    for found in (report, alone):
        assert found.problem is None
        assert found.files[found.server].decode().strip() == ECHO.strip()
        assert "не похож на чат" in found.doubt


def test_but_not_where_a_file_was_handed_in_nor_a_server_of_another_task(tmp_path: Path) -> None:
    plant(tmp_path, {"оба/server.py": ECHO, "оба/отчёт.md": f"```python\n{ECHO}```\n", "иное/отчёт.md": f"```python\n{MATHS}```\n"})
    (both,) = find(tmp_path / "оба")
    assert (both.path, both.server) == (str(tmp_path / "оба"), "server.py")
    (other,) = find(tmp_path / "иное")
    assert other.problem is not None
