"""From a symptom to what to do about it, and which file of the reference shows how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from grading.messages import _
from grading.result import RAISED, Stuck
from grading.symptoms import TABLE

# Where to read about what: a file of this repository that does it right.
READ: Final[dict[str, str]] = {
    "turns": "reference/servers/blocking.py",
    "threads": "reference/servers/threaded.py",
    "select": "reference/servers/selecting.py",
    "asyncio": "reference/servers/coroutines.py",
    "framing": "reference/framing.py",
    "rules": "reference/room.py",
    "client": "reference/clients/threaded.py",
    "udp": "labs/student_udp/server.py",
    "task": "labs/README.md",
}
_SERVERS: Final = ("turns", "threads", "select")
"""Those that show how a server goes about it: one that works in a way of its own is shown the example that works alike."""

_TAUGHT: Final[dict[str, str]] = {
    "01_sockets": "uses-socket long-message odd-boundary split-character dripped-message glued-messages four-byte-characters empty-message",
    "02_room": "author-is-known join-notice leave-notice namesakes quit-word",
    "03_blocking": "starts two-users-exchange silent-user",
    "04_threads": "three-users-hear late-joiner-hears all-speak-at-once order-kept slow-reader names-kept",
    "05_select": "thirty-users-hear",
    "07_side_by_side": "concurrency-model",
    "08_museum": "invalid-bytes silent-newcomer leave-quietly leave-abruptly leave-mid-handshake rejoin gone-are-forgotten no-busy-loop "
    "restart stops-on-interrupt",
    "09_grader": "random-conversations",
}
NOTEBOOKS: Final[dict[str, str]] = {id: f"notebooks/{name}.ipynb" for name, ids in _TAUGHT.items() for id in ids.split()}
"""Check id -> the notebook of this repository that teaches what it asks for."""


_CAME: Final = r"не целиком|не один раз|порядок нарушен|внутри сообщения|not come whole|not once|order is broken|inside the message"
"""Words of a failure in which something came, only not as it should: whoever sent it is kept by no lock."""


def advise(check_id: str, stuck: Sequence[Stuck], output: str, actual: str, *, expected: str = "", model: str = "") -> str:
    """What to do about a failed check, and which file shows how.

    Args:
        check_id: an id of the catalogue; an unknown one still gets what its symptoms tell.
        stuck: where the server's threads wait; empty if it is not running.
        output: what the server printed, as it is.
        actual: what came instead of the expected.
        expected: what should have come.
        model: how the server works, as Report.model.
    Returns:
        One to three sentences in the reader's language; "" if nothing of use is known.
    """
    seen = f"{output}\n{actual}"
    unlikely = {RAISED, "lock"} if re.search(_CAME, actual) else {RAISED}
    stuck = [thread for thread in stuck if thread.call not in unlikely]
    for symptom in TABLE:
        if symptom.fits(check_id, stuck, seen, expected, model):
            read = model if symptom.read in _SERVERS and model in READ else symptom.read
            files = [file for file in (READ.get(read), NOTEBOOKS.get(check_id)) if file]
            return _(symptom.text) + (" " + _("Смотрите {file}.").format(file=", ".join(files)) if files else "")
    return ""
