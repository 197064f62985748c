"""What was handed in: find it, read it, never run it.

`find(path)` takes a lab folder, a class tree, a Markdown report, a notebook, a zip, or one .py file, and gives a Submission for each chat.
What cannot be graded is a Submission with a `problem`, never an exception; only a wrong command line or teacher's file is a ConfigError.
"""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path, PurePosixPath

from grading.errors import ConfigError
from grading.messages import _
from grading.submission.assemble import Found, assemble
from grading.submission.entry import candidate, clients
from grading.submission.facts import syntax_problem
from grading.submission.lab_toml import NAME as LAB_TOML
from grading.submission.lab_toml import teachers
from grading.submission.labs import labs_in, report_lab
from grading.submission.model import LabSettings, Origin, Place, Problem, SourceFacts, Submission, printable
from grading.submission.modules import Sources, closure, imports_of
from grading.submission.reports import SUFFIXES
from grading.submission.texts import MAX_SOURCE
from grading.submission.trees import FolderTree, Unreadable, ZipTree, copy, read_regular

__all__ = [
    "ConfigError",
    "LabSettings",
    "Origin",
    "Place",
    "Problem",
    "SourceFacts",
    "Submission",
    "find",
    "syntax_problem",
]

_SIBLINGS = 200  # .py files read beside a single one that the user named


def find(path: Path, teacher_settings: Path | None = None) -> list[Submission]:
    """Every submission at `path`, in order of their paths; at least one.

    Args:
        path: a lab folder, a class tree, a report, a notebook, a zip, or a .py file.
        teacher_settings: a lab.toml that wins over the students' own, or a folder with `<lab>/lab.toml` or `<lab>.toml` for some of them.

    Raises:
        ConfigError: `path` does not exist, or the teacher's settings are wrong. A student's own lab.toml that is wrong is the problem
            (kind "config") of that submission: it still gets its report, and the others are graded.
    """
    if not path.exists():
        raise ConfigError(_("нет такого файла или папки"), printable(str(path)))
    labs = labs_in(FolderTree(path), _name(path)) if path.is_dir() else _in_file(path)
    return [_submission(lab, teacher_settings) for lab in labs]


def _name(path: Path) -> str:
    """The path as the user gave it; a dot says nothing in a report."""
    return str(path) if path.name else str(path.resolve().name or path)


def _submission(lab: Found, teacher_settings: Path | None) -> Submission:
    last = PurePosixPath(lab.path)
    word = teachers(teacher_settings, last.stem if last.suffix.lower() in (*SUFFIXES, ".py", ".zip") else last.name)
    try:
        return assemble(lab, word)
    except ConfigError as error:
        place = _("{file}, строка {line}").format(file=error.file, line=error.line) if error.line else error.file
        return assemble(replace(lab, problem=Problem("config", f"{place}: {error.message}", error.file, error.line)), word)


def _in_file(path: Path) -> list[Found]:
    name, suffix = str(path), path.suffix.lower()
    try:
        raw = read_regular(path, follow=True)
    except Unreadable as error:
        unread = _("{file} не читается: {why}.").format(file=printable(path.name), why=error)
        return [Found(name, {}, problem=Problem("unreadable", unread))]
    if suffix == ".zip":
        return labs_in(ZipTree(raw), name)
    if suffix in SUFFIXES:
        return [report_lab(name, path.name, raw, _beside(path))]
    if suffix in (".py", ".pyw"):
        return [_single(path, raw)]
    text = _("{file}: это не папка, не отчёт (.md, .txt, .ipynb), не .zip и не файл Python.").format(file=printable(path.name))
    return [Found(name, {}, problem=Problem("not-python", text, printable(path.name)))]


def _beside(path: Path) -> bytes | None:
    """The lab.toml that lies beside a report or a single file."""
    for settings in (path.with_suffix(".toml"), path.with_name(LAB_TOML)):
        try:
            return read_regular(settings)
        except Unreadable:
            continue
    return None


def _single(path: Path, raw: bytes) -> Found:
    """One file: with it go the modules it imports and the clients beside it, not all of the user's downloads."""
    files = {path.name: raw}
    if (settings := _beside(path)) is not None:
        files[LAB_TOML] = settings
    files |= _siblings(path, {imported.module.partition(".")[0] for imported in imports_of(raw)})
    sources = Sources(files)
    wanted = {path.name, LAB_TOML, *closure(path.name, sources), *clients(sources, candidate(path.name, sources))}
    return Found(str(path), {name: files[name] for name in sorted(files) if name in wanted}, prefer=path.name)


def _siblings(path: Path, imported: set[str]) -> dict[str, bytes]:
    """Python files in the same folder, and those of packages there that the file imports."""
    folder, found = path.parent, {}
    with os.scandir(folder) as entries:
        near = sorted(entry.name for entry in entries)
    scripts = [name for name in near if name.endswith(".py") and name.isprintable() and name != path.name]
    for name in scripts[:_SIBLINGS]:
        try:
            found[name] = read_regular(folder / name)
        except Unreadable:
            continue
    for name in imported.intersection(near):
        if stat.S_ISDIR((folder / name).lstat().st_mode):
            package, _, _ = copy(FolderTree(folder / name))
            found |= {f"{name}/{inner}": content for inner, content in package.items()}
    return {name: content for name, content in found.items() if len(content) <= MAX_SOURCE}
