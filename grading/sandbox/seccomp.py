"""A small filter of system calls for bubblewrap: nothing a chat server needs, all of it ways to reach for the kernel.

The list is that of the contest sandbox `isolate` (keys, vsock, io_uring, calls of other architectures) and the calls that make a user
namespace, which an ordinary user's sandbox forbids by a limit but root's has to forbid here. Written as classic BPF by hand: it is forty
instructions, and libseccomp would be one more thing to install.
"""

from __future__ import annotations

import errno
import os
import struct

# linux/filter.h: BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_JMP|BPF_JGE|BPF_K, BPF_JMP|BPF_JSET|BPF_K, BPF_RET|BPF_K
LOAD, IF_EQUAL, IF_GREATER_EQUAL, IF_BITS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data; the low half of the argument on a little-endian machine
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
CLONE_NEWUSER = 0x10000000
AF_VSOCK = 40
X32_BIT = 0x40000000

# machine -> (AUDIT_ARCH, numbers of the system calls that are looked at); all but clone, unshare and socket are forbidden altogether
OLD_NAMES = ("clone", "unshare", "setns", "socket", "add_key", "request_key", "keyctl", "perf_event_open", "bpf", "userfaultfd", "mount")
MACHINES = {
    "x86_64": (0xC000003E, dict(zip(OLD_NAMES, (56, 272, 308, 41, 248, 249, 250, 298, 321, 323, 165), strict=True))),
    "aarch64": (0xC00000B7, dict(zip(OLD_NAMES, (220, 97, 268, 198, 217, 218, 219, 241, 280, 282, 40), strict=True))),
}
# The same on every machine. clone3 hides its flags in memory; glibc falls back to clone when told that there is no such call.
NEW = {
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "open_tree": 428,
    "move_mount": 429,
    "fsopen": 430,
    "clone3": 435,
}


def program() -> bytes:
    """The filter for this machine, or nothing where its numbers are not known here."""
    if os.uname().machine not in MACHINES:
        return b""
    architecture, numbers = MACHINES[os.uname().machine]
    code = [_op(LOAD, ARCHITECTURE), _op(IF_EQUAL, architecture, yes=1), _deny(errno.ENOSYS), _op(LOAD, NUMBER)]
    code += [_op(IF_GREATER_EQUAL, X32_BIT, no=1), _deny(errno.ENOSYS)]
    for name, number in {**numbers, **NEW}.items():
        if name in ("clone", "unshare"):
            code += _unless_argument(number, _op(IF_BITS, CLONE_NEWUSER, no=1), errno.EPERM)
        elif name == "socket":
            code += _unless_argument(number, _op(IF_EQUAL, AF_VSOCK, no=1), errno.EAFNOSUPPORT)
        else:
            code += [_op(IF_EQUAL, number, no=1), _deny(errno.ENOSYS)]
    return b"".join([*code, _op(RETURN, ALLOW)])


def _op(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; `yes` and `no` say how many to skip."""
    return struct.pack("=HBBI", code, yes, no, value)


def _unless_argument(number: int, test: bytes, error: int) -> list[bytes]:
    """Allow a system call unless `test` holds for its first argument."""
    return [_op(IF_EQUAL, number, no=4), _op(LOAD, FIRST_ARGUMENT), test, _deny(error), _op(RETURN, ALLOW)]


def _deny(number: int) -> bytes:
    return _op(RETURN, ERRNO | number)
