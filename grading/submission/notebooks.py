"""The listings of a Jupyter notebook: code cells, `%%writefile server.py`, and fences in its Markdown cells; and which server is meant.

A notebook of the course holds servers that are not the student's: wrong ones to look at. In it counts what stands in a cell for a solution,
or in one tagged `server`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from grading.messages import _
from grading.submission.behaviour import traits_of
from grading.submission.listings import Listing, cleaned, glued, listings_of

_WRITES = re.compile(r"\s*%%(?:writefile|file)\s+(?P<more>-a\s+)?(?P<name>[\w./-]+\.py)\s*$")
_AWAITED = re.compile(r"^(?:\w+ *= *)?(?:await +|asyncio\.(?:create_task|ensure_future)(?=\())(.+?) *$")
_SERVER: Final = "server"
_UNSOLVED: Final = re.compile(r"^\s*raise NotImplementedError\b", re.M)


def notebook_listings(text: str) -> list[Listing]:
    """Listings by cell; of a file that is written several times the last, as on disk. Raises ValueError if the text is no notebook."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(_("не похоже на блокнот Jupyter")) from error
    found: list[Listing] = []
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        if not isinstance(cell, dict):
            continue
        source = _text(cell)
        writes = _WRITES.match(source.partition("\n")[0]) if cell.get("cell_type") == "code" else None
        listings = [replace(listing, cell=number, role=_role(cell)) for listing in _of_cell(cell, source, writes)]
        if writes and listings:
            before = [listing for listing in found if listing.name == writes["name"] and _is_newer(listings[0], listing)]
            found = [listing for listing in found if listing not in before]
            listings = [glued([*before, *listings])] if writes["more"] else listings
        found += listings
    return found


def is_blank(text: str) -> bool:
    """Whether nobody has written anything in this notebook."""
    cells = json.loads(text)["cells"]
    return not any(_text(cell).strip() for cell in (cells if isinstance(cells, list) else []) if isinstance(cell, dict))


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _role(cell: dict[str, Any]) -> str:
    """What the metadata say of a cell: the student's own word first, then nbgrader's."""
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    tags, mark = metadata.get("tags"), metadata.get("nbgrader")
    if isinstance(tags, list) and _SERVER in tags:
        return _SERVER
    return "solution" if isinstance(mark, dict) and mark.get("solution") is True else ""


def _is_newer(new: Listing, old: Listing) -> bool:
    """Whether a file written once more is another one: an exercise nobody has done yet replaces nothing that was."""
    return not (new.role == "solution" and _UNSOLVED.search(new.text)) and not (old.role and not new.role)


def _of_cell(cell: dict[str, Any], text: str, writes: re.Match[str] | None) -> list[Listing]:
    if cell.get("cell_type") == "markdown":
        return listings_of(text)
    lines = text.split("\n")
    if cell.get("cell_type") != "code" or (lines[0].lstrip().startswith("%%") and not writes):
        return []  # %%bash and its like
    # Magics are not Python; a blank line in their place keeps the numbers.
    code = ["" if re.match(r"\s*[%!]", line) else line for line in lines]
    if not writes:  # what the kernel's own loop would run
        code = [_AWAITED.sub(r"asyncio.run(\1)", line) for line in code]
    listing = cleaned(Listing(tuple(code), tuple(range(1, len(code) + 1)), is_code=True))
    return [replace(listing, name=writes["name"]) if writes else listing] if text.strip() else []


def meant(listings: Sequence[Listing]) -> tuple[list[Listing], str]:
    """(the listings that count, why these: a note, "" if all do). No listings: nobody has written a server there yet.

    The server is in the last cell tagged `server`; else in the last file `server.py`; else, where there are exercises, in the last solution
    that holds a whole server.
    """
    serving = [listing for listing in listings if traits_of(listing.text.encode("utf-8", "replace")).serves]
    solutions = [listing for listing in serving if listing.role == "solution"]
    course = any(listing.role == "solution" for listing in listings)
    written = [listing for listing in serving if listing.name.rpartition("/")[2] == "server.py" and (listing.role or not course)]
    tagged = [listing for listing in listings if listing.role == _SERVER]
    for ways in (tagged, [one for one in written if not _is_stub(one)], [one for one in solutions if not _is_stub(one)]):
        if ways:
            return _only(ways[-1], listings, serving)
    return ([], "") if course else (list(listings), "")


def _is_stub(listing: Listing) -> bool:
    return bool(_UNSOLVED.search(listing.text))


def _only(server: Listing, listings: Sequence[Listing], serving: Sequence[Listing]) -> tuple[list[Listing], str]:
    """This server and what may belong to it: everything that is no server, and in a notebook of the course no loose cells either."""
    course = any(listing.role == "solution" for listing in listings)
    others = [one for one in serving if one is not server]
    kept = [one for one in listings if one is server or (one not in serving and (one.name or not course))]
    which = _("Проверяется сервер из ячейки {cell}").format(cell=server.cell) + (f" ({server.name})" if server.name else "")
    aside = ", ".join(str(one.cell) for one in others)
    return kept, which + (_("; серверы из других ячеек ({cells}) остались в стороне.").format(cells=aside) if others else ".")
