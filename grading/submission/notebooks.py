"""The listings of a Jupyter notebook: code cells, `%%writefile server.py`, and fences in its Markdown cells."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from grading.messages import _
from grading.submission.listings import Listing, cleaned, listings_of

_WRITES = re.compile(r"\s*%%(?:writefile|file)\s+(?:-a\s+)?([\w./-]+\.py)\s*$")


def notebook_listings(text: str) -> list[Listing]:
    """Listings by cell. Raises ValueError if the text is no notebook."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(_("не похоже на блокнот Jupyter")) from error
    found: list[Listing] = []
    for number, cell in enumerate(cells if isinstance(cells, list) else [], 1):
        found += [replace(listing, cell=number) for listing in _of_cell(cell)]
    return found


def _of_cell(cell: Any) -> list[Listing]:
    if not isinstance(cell, dict):
        return []
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    if cell.get("cell_type") == "markdown":
        return listings_of(text)
    lines = text.split("\n")
    writes = _WRITES.match(lines[0])
    if cell.get("cell_type") != "code" or (lines[0].lstrip().startswith("%%") and not writes):
        return []  # %%bash and its like
    # Magics are not Python; a blank line in their place keeps the numbers.
    code = ["" if re.match(r"\s*[%!]", line) else line for line in lines]
    listing = cleaned(Listing(tuple(code), tuple(range(1, len(code) + 1))))
    return [replace(listing, name=writes[1]) if writes else listing] if text.strip() else []
