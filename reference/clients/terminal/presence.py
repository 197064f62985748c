"""What a text from the server is, and who is here: read back from the templates the server writes with. Pure.

The Room fills templates with names; here the same templates are turned into patterns. A server tells nobody who came before us, so the list
holds those who came or spoke while we listened, and is kept only where comings and goings are announced at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from reference.dialect import Dialect

MOST_NAMES: Final = 500  # a hostile server may announce names without end; the first to come is then forgotten
LONGEST_NAME: Final = 64  # letters; beyond it, what stands before a colon is a sentence and no name

Kind = Literal["said", "joined", "left", "note"]

_FIELD: Final = re.compile(r"\{(name|text|host|port|time|date)\}")
# A clock and an address look alike everywhere, so a template that begins with one does not take any other bracket for it.
_SHAPES: Final = {
    "name": rf"(?P<name>\S(?:.{{0,{LONGEST_NAME - 2}}}?\S)??)",
    "text": r"(?P<text>.*)",
    "host": r"[0-9A-Fa-f.:]+",
    "port": r"\d+",
    "time": r"\d{1,2}:\d\d(?::\d\d)?",
    "date": r"[\d./-]+",
}
_BY_CLIENT: Final = rf"(?:\[{_SHAPES['time']}\] ?)?{_SHAPES['name']}: {_SHAPES['text']}"


@dataclass(frozen=True, slots=True)
class Line:
    """One line from the server: what was "said" by whom ("" where nobody tells), who "joined" or "left", or a "note" of its own."""

    kind: Kind
    text: str
    author: str = ""


class Presence:
    """Reads the server's lines, one after another.

    Args:
        dialect: how the server speaks.
        name: what we call ourselves; the welcome may correct it, for the Room gives a second Anna another name.

    Attributes:
        own: our own name, "" if unknown.
        told: whether this server announces who comes and who goes, so that there is a list of who is here.
    """

    def __init__(self, dialect: Dialect, name: str = "") -> None:
        self.own = name
        self.told = "{name}" in dialect.joined and "{name}" in dialect.left
        self._nobody = dialect.author in ("nobody", "unknown")
        relay = _BY_CLIENT if dialect.author == "client" else "" if self._nobody else _pattern(dialect.relay)
        self._said = re.compile(relay) if relay else None
        self._notices: list[tuple[Kind, re.Pattern[str]]] = []
        for kind, template in (("joined", dialect.joined), ("left", dialect.left)):
            if "{name}" in template:
                self._notices.append((kind, re.compile(_pattern(template.strip()))))  # type: ignore[arg-type]
        self._welcome = re.compile(_pattern(dialect.welcome.strip())) if "{name}" in dialect.welcome else None
        self._here: dict[str, None] = {}

    @property
    def others(self) -> list[str]:
        """Who else is known to be here, in the order of their coming or first word."""
        return [name for name in self._here if name != self.own]

    def read(self, text: str) -> Line:
        """What this line is; the list of those who are here follows it."""
        line = self._parse(text)
        if line.kind == "left":
            self._here.pop(line.author, None)
        elif line.author and self.told:
            self._here[line.author] = None
            if len(self._here) > MOST_NAMES:
                del self._here[next(iter(self._here))]
        return line

    def forget(self) -> None:
        """The connection broke: whoever is here when we are back, we shall hear."""
        self._here.clear()

    def _parse(self, text: str) -> Line:
        # What was said comes first: "Анна: Борис больше не с нами" is Anna's joke, and takes nobody off the list.
        if self._said and (found := self._said.fullmatch(text)):
            fields = found.groupdict()
            label = text[: found.start("text")].strip(" :") if "text" in fields else ""  # an address, where there are no names
            return Line("said", fields.get("text", text), fields.get("name", label))
        for kind, pattern in self._notices:
            if found := pattern.fullmatch(text.strip()):
                return Line(kind, text, found["name"])
        if self._welcome and (found := self._welcome.fullmatch(text.strip())):
            self.own = found["name"]
            return Line("note", text)
        return Line("said" if self._nobody else "note", text)


def _pattern(template: str) -> str:
    """A pattern for what the template makes; a field that comes twice is caught once."""
    parts: list[str] = []
    seen: set[str] = set()
    end = 0
    for found in _FIELD.finditer(template):
        field = found[1]
        parts += [re.escape(template[end : found.start()]), f"(?P={field})" if field in seen else _SHAPES[field]]
        if field in ("name", "text"):
            seen.add(field)
        end = found.end()
    return "".join(parts) + re.escape(template[end:])
