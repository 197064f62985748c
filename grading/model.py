"""How a server was seen to work: a thread per guest, one thread in select or epoll, one thread in blocking calls."""

from __future__ import annotations

from collections.abc import Sequence

from grading.threads import Thread


def observe(threads: Sequence[Thread]) -> str:
    """The model, from the threads of a server with guests in the room and everything still.

    Returns: "threads" (several threads or processes, each in a call of its own), "select" (one thread in select, poll or epoll), "blocking"
        (one thread in a blocking call), "other".
    """
    awake = [thread for thread in threads if thread.state not in b"ZXx"]
    if not awake:
        return "other"
    if len(awake) > 1:
        return "threads"
    call = awake[0].call
    if call in ("select", "poll", "epoll"):
        return "select"
    return "blocking" if call in ("recv", "accept", "read", "send") else "other"
