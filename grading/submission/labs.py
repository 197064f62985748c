"""One lab or a whole class: where below a folder the chats are, and whose they are.

What counts as a lab, in this order:
  * A folder with a chat server is a lab, with all that lies in it; the nearest lab.toml above marks the lab's root. Servers of other tasks
    are no labs. Several chats in one folder are one lab, chats in different folders are several.
  * A report or notebook with a chat in it is a lab, unless the same student's folder holds a chat too: then the folder is graded, and a
    note says so. Reports of two students are never merged, however alike.
  * A zip is a tree of its own.
  * Beside students' folders with a chat, a student's folder without one is a lab with a problem: nobody is skipped in silence.
    A server there that does not look like a chat is taken all the same, from a report as from a file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grading.messages import _
from grading.submission.absent import problem_of_report
from grading.submission.assemble import Found
from grading.submission.behaviour import traits_of
from grading.submission.entry import Candidate, launch, servers
from grading.submission.lab_toml import NAME as LAB_TOML
from grading.submission.model import Problem, printable
from grading.submission.modules import Sources, above, join, parent
from grading.submission.reports import SUFFIXES, ReportFiles, read_report
from grading.submission.texts import MAX_SOURCE
from grading.submission.trees import MAX_BYTES, Tree, Unreadable, ZipTree, copy

MAX_REPORT = 20 << 20  # notebooks hold pictures
_ZIPS_IN_ZIPS = 2
_ALIKE = 0.6  # share of lines from which a report's server and a folder's are the same work
# Folders that are a part of somebody's work: tasks, laboratory works, documents, the layout of a program. Others may be somebody's name.
_PART = re.compile(
    r"(\d+$|task|lab|lr|hw|pr\d|ex\d|home|work|practi|week|module|part|лаб|лр|зад|практ|раб|дз|doc|report|отч|img|image|pic|screen|asset|"
    r"media|static|templates$|src|source|app$|code|server|client|сервер|клиент|backend|frontend|common|util|test|config|old|backup|v\d|\W)",
    re.I,
)
_LAYOUT = re.compile(r"(src|source|app|code|server|chat|backend|project|solution)", re.I)
_HANDED_IN = (".py", *SUFFIXES, ".zip", ".rar", ".7z", ".js", ".java", ".c", ".cpp", ".cs", ".go", ".docx", ".pdf")


@dataclass
class Survey:
    """A tree as looked through: its Python files, servers, clients, and the labs found so far."""

    tree: Tree
    sources: Sources
    servers: list[Candidate]
    clients: list[str]
    homes: dict[str, list[Candidate]] = field(default_factory=dict)  # folder of a lab -> its chats, best first
    notes: dict[str, list[str]] = field(default_factory=dict)
    unlike: dict[str, ReportFiles] = field(default_factory=dict)  # reports with a server that does not look like a chat


def labs_in(tree: Tree, name: str, depth: int = 0) -> list[Found]:
    """Every lab of a tree whose root is called `name`; the root itself, with a problem or a makeshift server, if there is none."""
    if tree.problem is not None:
        return [Found(name, {}, problem=tree.problem)]
    survey = _survey(tree)
    reports = dict(_reports(survey))
    zips = dict(_zips(survey, name, depth))
    without = _without_chat(survey, [*survey.homes, *reports, *zips])
    if survey.unlike:
        reports |= _for_want_of_better(survey, without if survey.homes or reports or zips else [""])
        without = [folder for folder in without if not any(_within(path, folder) for path in reports)]
    if not survey.homes and not reports and not zips:
        return [_folder(survey, "", name)]
    if not reports and not zips and not without:
        _take_root(survey)
    found = {home: [_folder(survey, home, name)] for home in [*survey.homes, *without]}
    found |= {path: [_report(path, report, name, survey)] for path, report in reports.items()}
    found |= zips
    return [lab for path in sorted(found) for lab in found[path]]


def _survey(tree: Tree) -> Survey:
    files: dict[str, bytes] = {}
    for path, size in tree.sizes.items():
        if path.endswith((".py", ".pyw")) and size <= MAX_SOURCE:
            try:
                files[path] = tree.read(path)
            except Unreadable:
                continue
    sources = Sources(files)
    survey = Survey(tree, sources, servers(sources), [path for path in sources if traits_of(sources[path]).is_client])
    for chat in survey.servers:
        if chat.is_chat:
            survey.homes.setdefault(_home(chat, survey), []).append(chat)
    _absorb(survey)
    return survey


def _within(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(folder + "/")


def _home(chat: Candidate, survey: Survey) -> str:
    """The folder of a chat's lab: as high as its own modules, its package and its client need, or where the lab.toml is."""
    for folder in above(parent(chat.path)):
        if join(folder, LAB_TOML) in survey.tree.sizes:
            return folder
    needed = (parent(chat.path), launch(chat.path, survey.sources).cwd, *map(parent, chat.modules))
    home = min(needed, key=lambda folder: folder.count("/") + bool(folder))
    if not home or any(_within(client, home) for client in survey.clients):
        return home
    up = parent(home)  # server/server.py beside client/client.py
    alone = all(_within(server.path, home) for server in survey.servers if _within(server.path, up))
    return up if alone and any(_within(client, up) for client in survey.clients) else home


def _absorb(survey: Survey) -> None:
    """A chat in a folder below another chat's belongs to that lab, unless the upper folder turns out to be a class."""
    for home in sorted(survey.homes, key=lambda folder: (folder.count("/"), folder)):
        below = [other for other in survey.homes if other != home and _within(other, home)]
        if home not in survey.homes or len({_branch(other, home) for other in below if _is_owner(_branch(other, home))}) > 1:
            continue
        for other in below:
            survey.homes[home] += survey.homes.pop(other)


def _branch(path: str, folder: str) -> str:
    """The first step from `folder` towards `path`."""
    return path.removeprefix(folder + "/" if folder else "").partition("/")[0]


def _is_owner(name: str) -> bool:
    """Whether a folder's name may be a student's, a group's, or a lab's of its own, rather than a part of one work."""
    return not _PART.match(name) and name not in ("", "__pycache__")


def _take_root(survey: Survey) -> None:
    """A single chat in src/ or server/ and nothing else of note: the folder the user named is the lab."""
    if len(survey.homes) == 1 and (home := next(iter(survey.homes))):
        alone = all(_within(server.path, home) for server in survey.servers)
        if alone and _LAYOUT.match(_branch(home, "")):
            survey.homes = {"": survey.homes[home]}


def _folder(survey: Survey, home: str, name: str) -> Found:
    nested = [other for other in survey.homes if other != home and _within(other, home)]
    files, notes, problem = copy(survey.tree, home, nested)
    return Found(f"{name}/{home}" if home else name, files, (*notes, *survey.notes.get(home, ())), problem=problem)


def _reports(survey: Survey) -> Iterator[tuple[str, ReportFiles]]:
    """Reports that are labs of their own; those of a lab with a folder leave a note there."""
    found: dict[str, ReportFiles] = {}
    for path, size in sorted(survey.tree.sizes.items()):
        if path.lower().endswith(SUFFIXES) and size <= MAX_REPORT:
            try:
                raw = survey.tree.read(path)
                report = read_report(PurePosixPath(path).name, raw) if b"socket" in raw or b"asyncio" in raw else ReportFiles()
            except (Unreadable, ValueError):
                continue
            if report.server is not None and report.server.is_chat:
                found[path] = report
            elif report.server is not None and not report.server.is_other_task:
                survey.unlike[path] = report
    for path, report in found.items():
        home = _same_work(path, report, survey)
        if home is not None:
            note = _("Проверяется код из папки; отчёт {file} с листингом не проверялся.").format(file=PurePosixPath(path).name)
            survey.notes.setdefault(home, []).append(note)
        elif not _is_overview(path, [*survey.homes, *found]):
            yield path, report


def _for_want_of_better(survey: Survey, folders: Iterable[str]) -> dict[str, ReportFiles]:
    """In folders without a chat: a server in a report or a notebook is what was handed in, as a server.py there would be."""
    taken: dict[str, ReportFiles] = {}
    for folder in folders:
        if not any(_within(server.path, folder) and not server.is_other_task for server in survey.servers):
            taken |= {path: report for path, report in survey.unlike.items() if _within(path, folder)}
    return taken


def _is_overview(path: str, labs: Iterable[str]) -> bool:
    """A README above labs is the assignment or a table of contents, not one more lab."""
    stem = PurePosixPath(path).stem.lower()
    return stem in ("readme", "index") and any(lab != path and _within(lab, parent(path)) for lab in labs)


def _same_work(path: str, report: ReportFiles, survey: Survey) -> str | None:
    """The folder lab of the student whose report this is, if there is one."""
    for folder in above(parent(path)):
        inside = [home for home in survey.homes if _within(home, folder)]
        if folder in survey.homes:
            return folder  # the report lies beside the code, or in docs/ below it
        if not inside:
            continue
        branch = _branch(path, folder) if parent(path) != folder else ""
        if _is_owner(branch):
            return None  # somebody else's, however alike
        likeness, home = max((_likeness(report, survey.homes[home], survey.sources), home) for home in inside)
        return home if likeness >= _ALIKE or (branch and len(inside) == 1) else None
    return None


def _likeness(report: ReportFiles, chats: Collection[Candidate], sources: Sources) -> float:
    """Share of the lines of the report's server that stand in a folder's server too."""
    if report.server is None:
        return 0.0
    lines = {line.strip() for module in report.server.modules for line in report.files[module].splitlines()} - {b""}
    known = {line.strip() for chat in chats for module in chat.modules for line in sources[module].splitlines()}
    return len(lines & known) / max(len(lines), 1)


def _report(path: str, report: ReportFiles, name: str, survey: Survey) -> Found:
    """A report as a lab; a lab.toml beside it (report.toml, if several reports share a folder) goes with it."""
    files = dict(report.files)
    for settings in (f"{path.rpartition('.')[0]}.toml", join(parent(path), LAB_TOML)):
        if LAB_TOML not in files and survey.tree.sizes.get(settings, MAX_BYTES) < MAX_SOURCE:
            files[LAB_TOML] = survey.tree.read(settings)
    return Found(f"{name}/{path}", files, report.notes, report.origin)


def _zips(survey: Survey, name: str, depth: int) -> Iterator[tuple[str, list[Found]]]:
    """Archives outside of labs, as trees of their own; an archive whose folder lies unpacked beside it is not looked at twice."""
    for path in sorted(survey.tree.sizes):
        unpacked = path.rpartition(".")[0]
        if not path.lower().endswith(".zip") or any(_within(path, home) or _within(home, unpacked) for home in survey.homes):
            continue
        try:
            inner = ZipTree(survey.tree.read(path)) if depth < _ZIPS_IN_ZIPS else None
        except Unreadable as error:
            unread = _("Архив не читается: {why}.").format(why=error)
            yield path, [Found(f"{name}/{path}", {}, problem=Problem("unreadable", unread))]
        else:
            if inner is not None:
                yield path, labs_in(inner, f"{name}/{path}", depth + 1)


def _without_chat(survey: Survey, labs: Collection[str]) -> list[str]:
    """Students' folders in which no chat was found, told by their standing beside folders of students who have one."""
    found: list[str] = []
    for folder in {step for lab in labs for step in above(parent(lab))}:
        if any(_within(folder, home) for home in survey.homes):
            continue
        branches = {_branch(lab, folder) for lab in labs if _within(lab, folder)}
        owners = sum(map(_is_owner, branches))
        if owners == 0 or (owners == 1 and folder):
            continue
        for child in survey.tree.folders:
            if parent(child) == folder and PurePosixPath(child).name not in branches and _is_owner(PurePosixPath(child).name):
                found += [child] if _is_hand_in(child, survey, owners) else []
    return sorted(found)


def _is_hand_in(folder: str, survey: Survey, owners: int) -> bool:
    """Empty, or with something that may be work; a single server of another task may be one student's folder for that task."""
    inside = [path for path in survey.tree.sizes if _within(path, folder)]
    others = [server for server in survey.servers if _within(server.path, folder)]
    if owners < 3 and len(others) == 1 and others[0].is_other_task:
        return False
    return not inside or any(path.lower().endswith(_HANDED_IN) for path in inside)


def report_lab(name: str, file: str, raw: bytes, settings: bytes | None) -> Found:
    """A report named by the user: a lab in any case, with a problem if it holds no server."""
    try:
        report = read_report(file, raw)
    except ValueError as error:
        return Found(name, {}, problem=Problem("unreadable", f"{file}: {error}."))
    if report.server is None or report.server.is_other_task:
        return Found(name, {}, report.notes, problem=problem_of_report(printable(file), raw, report))
    extra = {} if settings is None else {LAB_TOML: settings}
    return Found(name, {**report.files, **extra}, report.notes, report.origin)
