"""Choose a tier by trying it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import PurePosixPath

from grading.messages import _
from grading.sandbox.model import BUBBLEWRAP, FLOOR, Limits, Sandbox, SandboxError

_worked: set[str] = set()  # tiers that have worked in this process: a batch never sinks to a lower one halfway


def open_sandbox(files: Mapping[str, bytes], *, isolation: str = "auto", limits: Limits | None = None) -> Sandbox:
    """Put a submission's files into a sandbox, ready to start.

    Args:
        files: relative POSIX path -> content.
        isolation: "auto" for the best tier that works here, "require:bubblewrap" (or "require:floor"), or "floor".
        limits: how much it may take.

    Raises: SandboxError when the tier asked for does not work here; ValueError for an unknown tier or an unsafe path.
    """
    check_paths(files)
    limits = limits or Limits()
    if isolation in (FLOOR, f"require:{FLOOR}"):
        return _floor(files, limits)
    if isolation == f"require:{BUBBLEWRAP}":
        return _bubblewrap(files, limits)
    if isolation != "auto":
        raise ValueError(f"unknown isolation {isolation!r}: auto, require:{BUBBLEWRAP} or {FLOOR}")
    try:
        return _bubblewrap(files, limits)
    except SandboxError:
        if BUBBLEWRAP in _worked:
            raise
    return _floor(files, limits)


def check_paths(files: Mapping[str, bytes]) -> None:
    """Raise ValueError unless every path stays inside the folder it is written to."""
    for path in files:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or "\0" in path or "\\" in path or ":" in parts[0]:
            raise ValueError(f"unsafe path in a submission: {path!r}")


def _bubblewrap(files: Mapping[str, bytes], limits: Limits) -> Sandbox:
    if sys.platform != "linux":
        raise SandboxError(_("bubblewrap есть только в Linux"))
    from grading.sandbox.bubblewrap import BubblewrapSandbox  # noqa: PLC0415 - Linux only

    sandbox = BubblewrapSandbox(files, limits)
    _worked.add(BUBBLEWRAP)
    return sandbox


def _floor(files: Mapping[str, bytes], limits: Limits) -> Sandbox:
    if sys.platform == "linux":
        from grading.sandbox.floor_linux import LinuxFloor  # noqa: PLC0415 - Linux only

        return LinuxFloor(files, limits)
    from grading.sandbox.floor import PortableFloor  # noqa: PLC0415 - not needed elsewhere

    return PortableFloor(files, limits)
