"""How a server is seen to serve several people."""

from __future__ import annotations

import pytest

from grading.model import observe
from grading.threads import Thread


def thread(call: str = "recv", state: str = "S", tid: int = 1) -> Thread:
    return Thread(1, tid, ord(state), b"1", call, 3, timed=False)


@pytest.mark.parametrize(
    ("threads", "model"),
    [
        ([], "other"),
        ([thread(state="Z")], "other"),
        ([thread("accept")], "blocking"),
        ([thread("recv")], "blocking"),
        ([thread("read")], "blocking"),
        ([thread("send")], "blocking"),
        ([thread("select")], "select"),
        ([thread("poll")], "select"),
        ([thread("epoll")], "select"),
        ([thread("sleep")], "other"),
        ([thread("")], "other"),
        ([thread("accept"), thread("recv", tid=2), thread("recv", tid=3)], "threads"),
        ([thread("accept"), thread("", "R", tid=2)], "threads"),
        ([thread("select"), thread("", "Z", tid=2)], "select"),
        ([thread("select"), thread("", "X", tid=2), thread("", "x", tid=3)], "select"),
    ],
)
def test_the_model_is_what_the_threads_do(threads: list[Thread], model: str) -> None:
    assert observe(threads) == model
