"""What lies on the disk or in a zip, without trusting any of it.

A tree is first listed (names and sizes, by lstat) and then read file by file. Only regular files exist for it: symbolic links are never
followed, FIFOs and devices never opened. What is left out is said in a note.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from grading.messages import _
from grading.submission.model import Problem, printable

MAX_FILES = 2_000  # in one lab
MAX_BYTES = 50 << 20  # in one lab
MAX_DEPTH = 20  # folders within folders
MAX_ENTRIES = 200_000  # in a whole class: about a second of listing
SKIPPED = frozenset(
    {".git", ".hg", ".svn", "__pycache__", "venv", ".venv", "env", ".env", "node_modules", "site-packages", "__MACOSX"}
    | {".idea", ".vscode", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".ipynb_checkpoints", ".tox"}
)
# Screenshots, video and text documents of a report: no server reads them, and a class holds gigabytes of them.
MEDIA = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".svg", ".ico", ".mp4", ".mov", ".avi", ".mkv", ".webm", ".mp3", ".wav"}
    | {".pdf", ".doc", ".docx", ".ppt", ".pptx", ".odt", ".pyc"}
)


class Unreadable(Exception):
    """A file that was listed cannot be read."""


@dataclass
class Tree:
    """Names and sizes of the regular files below some root, and their content on demand.

    Attributes:
        sizes: path -> size as listed; folders: every folder below the root; notes: path -> why it was left out; problem: over a cap.
    """

    sizes: dict[str, int] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()
    notes: dict[str, str] = field(default_factory=dict)
    problem: Problem | None = None

    def read(self, name: str) -> bytes:
        """Content of a listed file. Raises Unreadable."""
        raise Unreadable(_("нет такого файла"))


class FolderTree(Tree):
    """A folder on the disk. The root may be a link (the user named it); nothing below may."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self.root = root
        folders: set[str] = set()
        self._list(root, folders)
        self.folders = frozenset(folders)

    def _list(self, root: Path, folders: set[str]) -> None:
        waiting = [("", root)]
        while waiting:
            prefix, folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self.notes[prefix or "."] = _("папка не читается ({why})").format(why=error.strerror)
                continue
            for entry in found:
                name = prefix + entry.name
                if self._takes(entry, name):
                    folders.add(name)
                    waiting.append((name + "/", folder / entry.name))
                if len(self.sizes) + len(folders) > MAX_ENTRIES:
                    many = _("Слишком много файлов: больше {n}. Назовите папку поточнее.").format(n=MAX_ENTRIES)
                    self.problem = Problem("limits", many)
                    return

    def _takes(self, entry: os.DirEntry[str], name: str) -> bool:
        """Note the file, or return True for a folder to go into."""
        if entry.name in SKIPPED and not entry.is_file(follow_symlinks=False):  # .env is a virtual environment, or a file of settings
            return False
        if not entry.name.isprintable():  # newlines, escape sequences, undecodable bytes: no Python module is called that
            self.notes[name] = _("имя с непечатаемыми знаками")
            return False
        try:
            status = entry.stat(follow_symlinks=False)
        except OSError as error:
            self.notes[name] = _("не читается ({why})").format(why=error.strerror)
            return False
        if stat.S_ISDIR(status.st_mode):
            if name.count("/") + 1 > MAX_DEPTH:
                self.notes[name] = _("папки глубже {n} уровней").format(n=MAX_DEPTH)
                return False
            return True
        if stat.S_ISREG(status.st_mode):
            self.sizes[name] = status.st_size
        else:
            self.notes[name] = _("символическая ссылка") if stat.S_ISLNK(status.st_mode) else _("не обычный файл")
        return False

    def read(self, name: str) -> bytes:
        """The file's content. Should it have turned into a link or a FIFO since it was listed, nothing is followed and nothing hangs."""
        return read_regular(self.root / name)


def read_regular(path: Path, *, follow: bool = False) -> bytes:
    """Content of a regular file of at most MAX_BYTES. Raises Unreadable for anything else."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        number = os.open(path, flags if follow else flags | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from error
    with os.fdopen(number, "rb") as file:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise Unreadable(_("не обычный файл"))
        return _bounded(file)


def _bounded(file: IO[bytes]) -> bytes:
    try:
        content = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise Unreadable(str(error)) from error
    if len(content) > MAX_BYTES:
        raise Unreadable(_("больше {n} МиБ").format(n=MAX_BYTES >> 20))
    return content


class ZipTree(Tree):
    """A zip read in memory: nothing is unpacked to the disk, sizes are counted while reading, not believed."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self._left = 4 * MAX_BYTES  # what one archive may unpack to altogether, over all its labs
        try:
            self._zip = zipfile.ZipFile(BytesIO(raw))
            infos = self._zip.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            self.problem = Problem("unreadable", _("Архив не читается: {why}.").format(why=error))
            return
        if len(infos) > MAX_ENTRIES // 10:
            self.problem = Problem("limits", _("В архиве слишком много файлов: {n}.").format(n=len(infos)))
            return
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            self._take(info)
        self.folders = frozenset(folder for name in self.sizes for folder in _folders_of(name))

    def _take(self, info: zipfile.ZipInfo) -> None:
        name = _real_name(info)
        parts = PurePosixPath(name).parts
        if info.is_dir() or SKIPPED & set(parts[:-1]):
            return
        kind = stat.S_IFMT(info.external_attr >> 16)
        if not parts or name.startswith("/") or ".." in parts or ":" in parts[0]:
            self.notes[name] = _("путь ведёт за пределы архива")
        elif not name.isprintable() or "\\" in name:
            self.notes[name] = _("имя с непечатаемыми знаками")
        elif kind not in (0, stat.S_IFREG):
            self.notes[name] = _("не обычный файл")
        elif info.flag_bits & 0x1:
            self.notes[name] = _("закрыт паролем")
        elif len(parts) > MAX_DEPTH + 1:
            self.notes[name] = _("папки глубже {n} уровней").format(n=MAX_DEPTH)
        else:
            name = "/".join(parts)
            self.sizes[name] = info.file_size
            self._members[name] = info

    def read(self, name: str) -> bytes:
        if self._left <= 0:
            raise Unreadable(_("архив распаковывается в слишком большой объём"))
        try:
            with self._zip.open(self._members[name]) as file:
                content = _bounded(file)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError) as error:
            raise Unreadable(str(error)) from error
        self._left -= len(content)
        return content


def _real_name(info: zipfile.ZipInfo) -> str:
    """Archives of Russian Windows hold names in cp866 without the UTF-8 flag; zipfile reads those as cp437."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    try:
        return info.filename.encode("cp437").decode("cp866")
    except UnicodeError:
        return info.filename


def _folders_of(name: str) -> Iterator[str]:
    for parent in PurePosixPath(name).parents:
        if str(parent) != ".":
            yield str(parent)


def copy(tree: Tree, folder: str = "", without: Collection[str] = ()) -> tuple[dict[str, bytes], list[str], Problem | None]:
    """The private copy of one lab: content by path relative to `folder`, notes on what is left out, and a problem if it is over a cap.

    `without` names folders that belong to other labs.
    """
    prefix = folder + "/" if folder else ""
    others = tuple(other + "/" for other in without)
    inside = {name: size for name, size in tree.sizes.items() if name.startswith(prefix) and not name.startswith(others)}
    wanted = {name: size for name, size in inside.items() if PurePosixPath(name).suffix.lower() not in MEDIA}
    left_out = _("Не взято: {file} — {why}.")
    notes = [left_out.format(file=printable(n), why=why) for n, why in sorted(tree.notes.items()) if n.startswith(prefix)]
    if len(notes) > 10:  # a folder of a thousand links is one line too
        notes = [*notes[:10], _("Кроме того, не взято: {n}.").format(n=len(notes) - 10)]
    if len(wanted) > MAX_FILES:
        many = _("В работе слишком много файлов: {n}, а можно не больше {most}.").format(n=len(wanted), most=MAX_FILES)
        return {}, notes, Problem("limits", many)
    if (total := sum(wanted.values())) > MAX_BYTES:
        large = _("Работа слишком велика: {n} МиБ, а можно не больше {most} МиБ.").format(n=total >> 20, most=MAX_BYTES >> 20)
        return {}, notes, Problem("limits", large)
    files: dict[str, bytes] = {}
    for name in sorted(wanted):
        try:
            files[name.removeprefix(prefix)] = tree.read(name)
        except Unreadable as error:
            notes.append(_("Не читается: {file} — {why}.").format(file=printable(name), why=error))
    if sum(map(len, files.values())) > MAX_BYTES:  # an archive whose headers lie about sizes
        large = _("Работа слишком велика: можно не больше {most} МиБ.").format(most=MAX_BYTES >> 20)
        return {}, notes, Problem("limits", large)
    return files, notes, None
