"""`grade --changed REV`: which submissions were touched since a revision, as git tells, in commits or in the working tree.

The repository may be a student's own, with a config and attributes that name programs. None of them is run: hooks, fsmonitor, filters,
external diffs and fetches are off.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Final

from grading.errors import ConfigError
from grading.messages import _
from grading.submission.model import Submission, printable

_DEADLINE: Final = 60.0
"""Seconds for one call of git: a class of gigabytes on a cold disk."""
_SETTINGS: Final = {"core.fsmonitor": "false", "core.hooksPath": os.devnull, "protocol.allow": "never"}
"""Values of git's config that win over the repository's."""
_FILTER: Final = {"clean": "", "smudge": "", "process": "", "required": "false"}
"""No program, by the last word of a `filter.NAME.*`."""


class _Refused(Exception):
    """Git said no; the text is its reason."""


def since(revision: str, path: Path, submissions: Iterable[Submission]) -> list[Submission]:
    """Those of the submissions found at `path` that differ from what the revision holds; all of them for a revision of zeros.

    Zeros are git's word, in hooks and CI, for "there was nothing before". A file moved or deleted touches the lab it was in.

    Raises:
        ConfigError: there is no git, no repository or no such revision.
    """
    found = list(submissions)
    if len(revision) in (40, 64) and not revision.strip("0"):
        return found
    root = _root(path)
    touched = _touched(root, revision)
    return [submission for submission in found if _among(submission, touched)]


def _root(path: Path) -> Path:
    folder = path if path.is_dir() else path.parent
    try:
        return Path(os.fsdecode(_git(folder, {}, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
    except _Refused as error:
        text = _("здесь нет репозитория git, а без него --changed не знает, что изменилось ({why})")
        raise ConfigError(text.format(why=error), str(path)) from error


def _touched(root: Path, revision: str) -> set[str]:
    """Absolute paths, escaped as those of submissions are; untracked ones too, ignored ones not."""
    try:
        harmless = _no_filters(root)
        tree = _git(root, harmless, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{tree}}").split()[-1]
    except (_Refused, IndexError, ValueError) as error:  # ValueError: a NUL in it
        raise ConfigError(_("в репозитории нет ревизии «{revision}»").format(revision=revision), str(root)) from error
    # Into submodules git would go with their own config; that they point elsewhere now is seen without.
    plain = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty")
    try:
        names = _git(root, harmless, "diff", *plain, os.fsdecode(tree), "--").split(b"\0")
        names += _git(root, harmless, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0")
    except _Refused as error:
        raise ConfigError(_("git не смог сравнить: {why}").format(why=error), str(root)) from error
    return {printable(str(root / os.fsdecode(name.removesuffix(b"/")))) for name in names if name}


def _among(submission: Submission, touched: set[str]) -> bool:
    """Whether it is one of the paths, lies in one (a zip, a submodule), or has one in it or with it."""
    for place in {PurePath(os.path.abspath(submission.path)), PurePath(os.path.realpath(submission.path))}:
        beside = {str(place.with_suffix(".toml")), str(place.with_name("lab.toml"))}
        if place.suffix in (".py", ".pyw"):  # what it imports lies beside it, or has lain there
            beside |= {printable(str(place.parent / name)) for name in submission.files}
            beside |= {path for path in touched if PurePath(path).parent == place.parent and not os.path.lexists(path)}
        if Path(submission.path).is_dir():
            beside.clear()
        if touched & {str(place), *map(str, place.parents), *beside} or any(place in PurePath(path).parents for path in touched):
            return True
    return False


def _no_filters(root: Path) -> dict[str, str]:
    """Settings that switch off each filter the config knows: a diff with the working tree would run them."""
    keys = os.fsdecode(_git(root, {}, "config", "--list", "--name-only", "-z")).split("\0")
    names = {key.rpartition(".")[0] for key in keys if key.lower().startswith("filter.")}
    return {f"{name}.{word}": value for name in names for word, value in _FILTER.items()}


def _git(folder: Path, settings: Mapping[str, str], *words: str) -> bytes:
    """What git prints. Raises _Refused."""
    try:
        done = subprocess.run(
            ["git", "--no-pager", *words], cwd=folder, env=_environment({**_SETTINGS, **settings}), timeout=_DEADLINE,
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _Refused(str(error)) from error
    if done.returncode:
        raise _Refused(_first_line(done.stderr.splitlines()))
    return done.stdout


def _first_line(lines: Sequence[bytes]) -> str:
    return os.fsdecode(lines[0]) if lines else "git"


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Ours without what names another repository (a hook is given that), and with settings that no config outdoes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    kept |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1"}
    for number, (key, value) in enumerate(settings.items()):
        kept |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return kept | {"GIT_CONFIG_COUNT": str(len(settings))}
