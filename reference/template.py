"""Templates of a dialect: `{name}`, `{text}`, `{host}`, `{port}`, `{time}` and `{date}` are filled in, the rest is literal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

_FIELD: Final = re.compile(r"\{(name|text|host|port|time|date)\}")


def fill(template: str, text: str, name: str, host: str, port: str, *, clock: Callable[[], datetime]) -> str:
    """The template filled in; `clock` is asked once."""
    words, now = {"name": name, "text": text, "host": host, "port": port}, clock()

    def word(found: re.Match[str]) -> str:
        if found[1] in words:
            return words[found[1]]
        return f"{now:%H:%M}" if found[1] == "time" else f"{now:%d.%m.%Y}"  # only where it is shown: it costs as much as a whole message

    # Not str.format: a student's template may hold any braces, and a text may hold "{name}", which must stay as it is.
    return _FIELD.sub(word, template)
