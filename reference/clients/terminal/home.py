"""Whether the comfortable client can be at home where we are; knows of prompt_toolkit only whether it is there."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Final

_UNABLE: Final = ("dumb", "unknown")  # what TERM says of a terminal that cannot move its cursor
MISSING: Final = "не установлен prompt_toolkit (поможет pip install prompt_toolkit)"


def obstacle() -> str:
    """What is in the way, in words for the person; "" if nothing is."""
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        return "ввод и вывод должны быть терминалом"
    if os.environ.get("TERM", "").lower() in _UNABLE:
        return "этот терминал не умеет двигать курсор"
    return "" if importlib.util.find_spec("prompt_toolkit") else MISSING


def _is_terminal(stream: object) -> bool:
    """A stream may be None (pythonw), or closed."""
    try:
        return bool(stream is not None and stream.isatty())  # type: ignore[attr-defined]
    except ValueError:
        return False
