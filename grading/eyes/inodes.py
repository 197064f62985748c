"""Which sockets a process has open: the numbers by which /proc and inet_diag know them."""

from __future__ import annotations

import os
import re
from typing import Final

_SOCKET: Final = re.compile(r"socket:\[(\d+)\]")


def socket_inode(proc_fd: int, pid: int, fd: int) -> int | None:
    """The inode of the socket behind a descriptor of a process; None if it is no socket, or gone."""
    if fd < 0:
        return None
    try:
        found = _SOCKET.match(os.readlink(f"{pid}/fd/{fd}", dir_fd=proc_fd))
    except OSError:
        return None
    return int(found[1]) if found else None


def socket_inodes(proc_fd: int, pid: int) -> set[int]:
    """Inodes of all sockets a process has open; empty if it is gone or cannot be looked into."""
    try:
        directory = os.open(f"{pid}/fd", os.O_RDONLY | os.O_DIRECTORY, dir_fd=proc_fd)
    except OSError:
        return set()
    try:
        found = {socket_inode(proc_fd, pid, int(name)) for name in os.listdir(directory)}
    except OSError:
        found = set()
    finally:
        os.close(directory)
    return {inode for inode in found if inode is not None}
