"""From a forked starter to the student's program."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import resource
from collections.abc import Mapping, Sequence


def become_student(fds: Sequence[int], error_w: int, limits: Mapping[str, int], cwd: str) -> None:
    """Own session, default signals, limits, nothing open but 0, 1, 2 and the pipe for tracebacks.

    Args:
        fds: what becomes stdin, stdout, stderr and the pipe for tracebacks.
        error_w: stays open until the program runs, to tell the starter why it does not.
        limits: the fields of `Limits`.
        cwd: the working folder.

    Raises: OSError, ValueError.
    """
    _signal.set_wakeup_fd(-1)
    for number in _signal.valid_signals():
        if number not in (_signal.SIGKILL, _signal.SIGSTOP):
            _signal.signal(number, _signal.SIG_DFL)  # a background grader inherits SIGINT ignored, Python ignores SIGPIPE
    os.setsid()
    dump_fd = limits["open_files"] - 1  # so that the student's own descriptors start at 3, as they always do
    above = max(200, limits["open_files"])  # out of the way of the numbers wanted
    kept = [os.dup2(fd, above + index) for index, fd in enumerate([*fds[:4], error_w])]
    for source, target in zip(kept[:4], (0, 1, 2, dump_fd), strict=True):
        os.dup2(source, target)
    os.set_inheritable(kept[4], False)
    os.closerange(3, dump_fd)
    os.closerange(dump_fd + 1, kept[4])
    os.closerange(kept[4] + 1, 65536)
    set_limits(limits)
    os.chdir(cwd)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, [])


def set_limits(limits: Mapping[str, int]) -> None:
    """Set the limits on this process and what it will start; one that is lower already stays. 0 means none."""
    cpu = limits["cpu_seconds"]
    wanted = [
        (resource.RLIMIT_AS, limits["address_space"], limits["address_space"]),
        (resource.RLIMIT_CPU, cpu, cpu and cpu + 1),  # SIGXCPU can be ignored, SIGKILL a second later cannot
        (resource.RLIMIT_FSIZE, limits["file_size"], limits["file_size"]),
        (resource.RLIMIT_NPROC, limits["processes"], limits["processes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"], limits["open_files"]),
    ]
    for name, soft, hard in wanted:
        most = resource.getrlimit(name)[1]
        if soft:
            resource.setrlimit(name, (soft, hard) if most == resource.RLIM_INFINITY else (min(soft, most), min(hard, most)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
