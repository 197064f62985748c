"""Mutants called equivalent: no guest of that server could ever tell. Each is written down with its reason, in `equivalent.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from tests.mutation.mutants import Mutant

FILE: Final = Path(__file__).with_name("equivalent.toml")
_KEY: Final = ("file", "function", "operator", "original", "mutated")


class StaleError(ValueError):
    """`equivalent.toml` speaks of a mutant that does not exist (any more), or does not say all that it must."""


def read(text: str, mutants: Iterable[Mutant]) -> dict[str, str]:
    """Id of each equivalent mutant -> why nobody can tell.

    Args:
        text: tables `[[equivalent]]` with file, function, operator, original, mutated and reason, all strings.
        mutants: all there are of the files that matter; an entry of another file is left alone.

    Raises:
        StaleError: an entry fits no mutant, stands there twice, or lacks a key.
    """
    by_key: dict[tuple[str, ...], list[Mutant]] = {}
    for mutant in mutants:
        by_key.setdefault(mutant.key, []).append(mutant)
    files = {key[0] for key in by_key}
    found: dict[str, str] = {}
    seen: set[tuple[str, ...]] = set()
    for entry in tomllib.loads(text).get("equivalent", []):
        key = _key(entry)
        if key in seen:
            raise StaleError(f"stands there twice: {key}")
        seen.add(key)
        if key[0] in files and key not in by_key:
            raise StaleError(f"no such mutant: {key}")
        found |= {mutant.id: entry["reason"] for mutant in by_key.get(key, [])}
    return found


def _key(entry: Mapping[str, str]) -> tuple[str, ...]:
    if set(entry) != {*_KEY, "reason"} or not entry["reason"].strip():
        raise StaleError(f"needs {', '.join(_KEY)} and a reason: {dict(entry)}")
    return tuple(entry[key] for key in _KEY)


def entry(mutant: Mutant, reason: str) -> str:
    """The table to write into the file."""
    values = [*zip(_KEY, mutant.key, strict=True), ("reason", reason)]
    return "\n".join(["[[equivalent]]", *(f"{key} = {_quoted(value)}" for key, value in values)]) + "\n"


def _quoted(value: str) -> str:
    if "'" not in value:
        return f"'{value}'"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
