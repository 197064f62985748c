"""What goes wrong in chat servers, and what to do about it: one table, read from the top, the finest rows first.

A row fits by the check, by the call a thread is stuck in, by what the server printed, by what was expected and what came instead, and by
how the server works. After the fine rows (`seen`) stands one row per check (`by_check`). New advice is a new row; its English goes to the
catalogue.
"""

from __future__ import annotations

from typing import Final

from grading.symptoms.by_check import BY_CHECK
from grading.symptoms.seen import SEEN
from grading.symptoms.symptom import Symptom

TABLE: Final[tuple[Symptom, ...]] = (*SEEN, *BY_CHECK)
