"""`--output DIR`: a file per submission. A file is there whole or not at all, also after a crash or on a full disk."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Final

from grading.reports import json_lines
from grading.result import Report

_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # no files on Windows, whatever the suffix
_LONGEST: Final = 100  # characters of a name; file systems take 255 bytes, and a Russian letter has two


def write(report: Report, folder: Path) -> Path:
    """Write the report as JSON and as a page, NAME.html, into the folder, in place of older ones of the same submission, and beside it a
    program for each conversation that went wrong, NAME.CHECK.replay.py. Raises OSError."""
    from grading.reports import html  # noqa: PLC0415 - jinja2 is loaded only for those who want pages

    name = stem(report.path)
    replays = {f"{name}.{check.id}.replay.py": check.replay for check in report.checks if check.replay}
    for old in folder.glob("*.replay.py"):
        if old.name not in replays and re.fullmatch(re.escape(name) + r"\.[a-z0-9-]+\.replay\.py", old.name):
            old.unlink()  # that check passes now
    for file, text in replays.items():
        write_atomically(folder / file, text.encode("utf-8", "backslashreplace"))
    write_atomically(folder / f"{name}.html", html.page(report).encode("utf-8", "backslashreplace"))
    path = folder / f"{name}.json"
    write_atomically(path, (json_lines.line(report) + "\n").encode("utf-8"))
    return path


def stem(path: str) -> str:
    """A file name for a submission: readable, the same every time, different for different paths, and good on every system."""
    readable = re.sub(r"[^\w.-]+", "_", path.replace("/", "__")).strip("._-")
    whole = readable.replace("__", "/") == path  # nothing was lost, so no other path has this name
    if whole and 0 < len(readable) <= _LONGEST and not _RESERVED.fullmatch(readable):
        return readable
    mark = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable[:_LONGEST]}-{mark}".lstrip("-")


def write_atomically(path: Path, data: bytes) -> None:
    """Replace the file's content: temporary file in the same folder, fsync, rename. Raises OSError; then the old file stands."""
    handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)  # mkstemp's 0600 would hide the reports from a web server beside us
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # there a folder cannot be opened, and a rename needs no help
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
