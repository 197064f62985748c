"""How a running server is watched: by the kernel's own account where that can be had (Linux), else by its output and CPU time.

Both kinds of eyes have the same methods, so that nothing above knows which it looks through; reports name it as the clock.
"""

from __future__ import annotations

from grading.eyes.by_kernel import KernelEyes
from grading.eyes.inodes import socket_inodes
from grading.eyes.model import Clock, Eyes, Held, Waiting
from grading.eyes.plain import PlainEyes
from grading.sandbox import Sandbox
from grading.syscalls import KNOWN_MACHINE

__all__ = ["Clock", "Eyes", "Held", "KernelEyes", "PlainEyes", "Waiting", "open_eyes", "socket_inodes"]


def open_eyes(sandbox: Sandbox, clock: str = "auto") -> Eyes:
    """The best eyes there are for a sandbox. `clock`: "auto", or "quiet-period" to have those that work anywhere."""
    if clock == "auto" and KNOWN_MACHINE and sandbox.proc_fd is not None and sandbox.diag is not None:
        return KernelEyes(sandbox, sandbox.proc_fd, sandbox.diag)
    return PlainEyes(sandbox)
