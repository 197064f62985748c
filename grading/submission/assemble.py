"""One Submission out of the files of one lab: choose the server, read the facts, say what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from grading.errors import ConfigError
from grading.messages import _
from grading.submission import lab_toml
from grading.submission.absent import problem_of_files
from grading.submission.entry import Candidate, Launch, candidate, clients, launch, servers
from grading.submission.facts import facts_of, start_problem
from grading.submission.model import LabSettings, Origin, Place, Problem, Submission, digest, printable
from grading.submission.modules import Sources
from grading.submission.roles import server_arguments


@dataclass(frozen=True)
class Found:
    """The raw material of a submission: its name for the report and its files, or why there are none."""

    path: str
    files: Mapping[str, bytes]
    notes: tuple[str, ...] = ()
    origin: Mapping[str, Origin] = field(default_factory=dict)
    prefer: str = ""  # the file the user named, if it was a file
    problem: Problem | None = None


def assemble(found: Found, teacher: LabSettings | None) -> Submission:
    """The submission; what the teacher settled wins over the lab's own lab.toml. Raises ConfigError if that file is wrong."""
    name = PurePosixPath(found.path).name or "lab"
    path = printable(found.path)
    settings = LabSettings() if found.problem is not None else _settings(found)
    if teacher is not None:
        settings = lab_toml.merged(settings, teacher)
    base = Submission(path, found.files, sha256=digest(found.files), notes=found.notes, origin=found.origin, settings=settings)
    if found.problem is not None:
        return replace(base, problem=found.problem)
    sources = Sources(found.files)
    if settings.file and settings.file not in sources:
        named = _("нет файла {file}, названного в [launch] file").format(file=printable(settings.file))
        raise _wrong(found.files, "file", named)
    if settings.file:  # whoever wrote lab.toml knows best
        return _with_server(base, candidate(settings.file, sources), sources, name)
    chosen, notes = _choose(sources, found.prefer)
    if chosen is None:
        return replace(base, problem=problem_of_files(found.files))
    doubt = "" if found.prefer or chosen.is_chat else _unlike(chosen)
    return _with_server(replace(base, notes=(*base.notes, *notes), doubt=doubt), chosen, sources, name)


def _unlike(server: Candidate) -> str:
    unlike = _("По исходному тексту {file} не похож на чат: не видно, чтобы сказанное одним доходило до других.")
    return unlike.format(file=server.path)


def _settings(found: Found) -> LabSettings:
    raw = found.files.get(lab_toml.NAME)
    return LabSettings() if raw is None else lab_toml.read(raw, lab_toml.NAME)


def _wrong(files: Mapping[str, bytes], key: str, message: str) -> ConfigError:
    text = files.get(lab_toml.NAME, b"").decode("utf-8", "replace")
    return ConfigError(message, lab_toml.NAME, lab_toml.line_of(text, "launch", key))


def _choose(sources: Sources, prefer: str) -> tuple[Candidate | None, list[str]]:
    """The best server, with a note on the others where there was a choice; other tasks' servers only if they may be meant."""
    if prefer:
        named = candidate(prefer, sources)
        return (named if named.traits.serves else None), []
    found = [c for c in servers(sources) if not c.is_other_task]
    if not found:
        return None, []
    best, *others = found
    rivals = [c.path for c in others if c.is_chat]
    notes = []
    if best.is_chat and rivals:
        more = _(" и ещё {n}").format(n=len(rivals) - 3) if len(rivals) > 3 else ""
        several = _("Чатов несколько, проверяется {file} ({kind}); остались в стороне: {others}.")
        notes.append(several.format(file=best.path, kind=best.kind, others=", ".join(rivals[:3]) + more))
    return best, notes


def _with_server(base: Submission, chosen: Candidate, sources: Sources, name: str) -> Submission:
    with_whom = clients(sources, chosen)
    problem = start_problem(chosen, sources, base.origin)
    start = launch(chosen.path, sources, name)
    facts = facts_of(chosen, with_whom, sources)
    ready = replace(base, server=chosen.path, clients=with_whom, problem=problem, facts=facts)
    if start.into:
        ready = _moved(ready, start.into)
    words = () if base.settings.args else server_arguments((sources[path] for path in chosen.modules), connects=chosen.traits.connects)
    return _with_role(_launched(ready, start), words) if words else _launched(ready, start)


def _with_role(ready: Submission, words: tuple[str, ...]) -> Submission:
    """Told to be the server, and the reader is told so."""
    argv = (*ready.argv, *words)
    note = _("Одна программа — и сервер, и клиент; сервером её сделал запуск «python {command}».")
    return replace(ready, argv=argv, notes=(*ready.notes, note.format(command=printable(" ".join(argv)))))


def _launched(ready: Submission, start: Launch) -> Submission:
    settings, cwd, argv = ready.settings, start.cwd, start.argv
    if settings.cwd:
        cwd = "" if settings.cwd == "." else settings.cwd
        inside = not cwd or ready.server.startswith(cwd + "/")
        argv = (ready.server.removeprefix(cwd + "/") if cwd and inside else "../" * len(PurePosixPath(cwd).parts) + ready.server,)
        if cwd and not any(path.startswith(cwd + "/") for path in ready.files):
            raise _wrong(ready.files, "cwd", _("нет папки {folder}, названной в [launch] cwd").format(folder=printable(cwd)))
    return replace(ready, cwd=cwd, argv=(*argv, *settings.args))


def _moved(ready: Submission, into: str) -> Submission:
    """A package handed in without the folder above it: everything one folder deeper, so that `from .x import y` has a package to be in."""

    def deeper(path: str) -> str:
        return f"{into}/{path}"

    def deeper_places(places: tuple[Place, ...]) -> tuple[Place, ...]:
        return tuple(replace(place, file=deeper(place.file)) for place in places)

    old = ready.facts
    facts = replace(
        old,
        imports=deeper_places(old.imports),
        engines=deeper_places(old.engines),
        missing=deeper_places(old.missing),
        hides=deeper_places(old.hides),
    )
    problem = ready.problem and replace(ready.problem, file=ready.problem.file and deeper(ready.problem.file))
    note = _("Сервер — часть пакета (from . import ...), поэтому он запускается как модуль {name} из папки выше.").format(name=into)
    return replace(
        ready,
        files={deeper(path): content for path, content in ready.files.items()},
        server=deeper(ready.server),
        clients=tuple(map(deeper, ready.clients)),
        origin={deeper(path): origin for path, origin in ready.origin.items()},
        facts=facts,
        problem=problem,
        notes=(*ready.notes, note),
    )
