"""The normal form of a notebook: what is stored, and what a test compares. The same notebook run twice has the same normal form.

Gone are execution counts, times, versions of the machine it ran on, memory addresses, colours of tracebacks; what a cell tagged `live`
has measured is not kept at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

LIVE: Final = "live"
"""The tag of a cell that measures: its outputs are different every time, and are not stored."""
_KEPT: Final = ("tags", "nbgrader")
"""What the metadata of a cell may hold."""
_NOTEBOOK: Final = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_ADDRESS: Final = re.compile(r"\bat 0x[0-9A-Fa-f]{6,}")
_COLOURS: Final = re.compile(r"\x1b\[[0-9;]*m")

Cell = dict[str, Any]


def normal(notebook: Mapping[str, Any], outputs: bool = True) -> dict[str, Any]:
    """The notebook in normal form, a new one; without `outputs` as nobody has run it yet."""
    cells = [_cell(cell, outputs) for cell in notebook["cells"]]
    return {"cells": cells, "metadata": dict(_NOTEBOOK), "nbformat": 4, "nbformat_minor": 5}


def _cell(cell: Cell, outputs: bool) -> Cell:
    made: Cell = {"cell_type": cell["cell_type"], "id": cell.get("id", "")}
    made["metadata"] = {key: value for key, value in cell.get("metadata", {}).items() if key in _KEPT and value}
    made["source"] = text_of(cell["source"])
    if cell["cell_type"] == "code":
        live = LIVE in made["metadata"].get("tags", ())
        made |= {"execution_count": None, "outputs": list(_outputs(cell.get("outputs", ()))) if outputs and not live else []}
    return made


def text_of(source: Any) -> str:
    """A text that a notebook may also hold as a list of lines."""
    return "".join(source) if isinstance(source, list) else str(source)


def _outputs(outputs: Iterable[Cell]) -> list[Cell]:
    found: list[Cell] = []
    for output in outputs:
        made = _output(output)
        before = found[-1] if found else None
        if before and made["output_type"] == "stream" and (before["output_type"], before.get("name")) == ("stream", made["name"]):
            before["text"] += made["text"]
        else:
            found.append(made)
    return found


def _output(output: Cell) -> Cell:
    kind = output["output_type"]
    if kind == "stream":
        return {"output_type": kind, "name": output["name"], "text": _timeless(text_of(output["text"]))}
    if kind == "error":
        value = _timeless(output["evalue"])
        return {"output_type": kind, "ename": output["ename"], "evalue": value, "traceback": _last(output, value)}
    data = {name: _timeless(text_of(value)) if isinstance(value, str | list) else value for name, value in sorted(output["data"].items())}
    made = {"output_type": kind, "data": data, "metadata": {}}
    return made | ({"execution_count": None} if kind == "execute_result" else {})


def _last(output: Cell, value: str) -> list[str]:
    """Of a traceback what went wrong: its frames name cells by how often something was run, and lie in folders of this machine."""
    said = _COLOURS.sub("", "\n".join(output.get("traceback", ()))).strip()
    return [said if said == value else f"{output['ename']}: {value}"]


def _timeless(text: str) -> str:
    return _ADDRESS.sub("at 0x…", text)
