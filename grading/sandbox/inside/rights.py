"""Get the namespaces ready for any server, then give up every right."""

from __future__ import annotations

import _socket
import ctypes
import errno
import os
import struct
from collections.abc import Callable

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 4, 24, 36, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
RTA_OIF = 4
LINUX_CAPABILITY_VERSION_3 = 0x20080522
AF_NETLINK, NETLINK_ROUTE, RTM_NEWROUTE, RTM_SETLINK = 16, 0, 24, 19
NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE, LOOPBACK = 1, 4, 0x400, 1
ADDR_NO_RANDOMIZE = 0x0040000
LIBRARY = ctypes.CDLL(None, use_errno=True)


def prctl(option: int, argument: int) -> int:
    """The system call; 0 or -1, never raises."""
    return int(LIBRARY.prctl(option, ctypes.c_ulong(argument), 0, 0, 0))


def prepare_namespace() -> list[str]:
    """Make any port and any address usable, and keep student code from making namespaces of its own.

    Each step is best effort: gives a line for each that could not be done.
    """
    steps: list[tuple[str, Callable[[], None]]] = [
        ("ports below 1024", lambda: write_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", b"0")),
        ("all IPv4 addresses", lambda: every_address_is_local(_socket.AF_INET)),
        ("all IPv6 addresses", lambda: every_address_is_local(_socket.AF_INET6)),
        ("whole segments on the loopback", whole_segments),
        ("usual send buffers", lambda: write_file("/proc/sys/net/ipv4/tcp_wmem", b"4096 16384 4194304")),  # some hosts are tuned
        ("binding IPv6 addresses", lambda: write_file("/proc/sys/net/ipv6/ip_nonlocal_bind", b"1")),
        ("first to go when memory runs out", lambda: write_file("/proc/self/oom_score_adj", b"900")),
    ]
    if os.getuid() != 0:  # root shares the host's user namespace, whose limit is not ours to set; there a seccomp filter forbids it
        steps.append(("no user namespaces", lambda: write_file("/proc/sys/user/max_user_namespaces", b"0")))
    notes = []
    for name, step in steps:
        try:
            step()
        except Exception as error:
            notes.append(f"{name}: {error}")
    return notes


def write_file(path: str, text: bytes) -> None:
    """Write a setting of the kernel. Raises OSError."""
    fd = os.open(path, os.O_WRONLY)
    try:
        os.write(fd, text)
    finally:
        os.close(fd)


def every_address_is_local(family: int) -> None:
    """Add the route `local 0.0.0.0/0 dev lo` (or `::/0`): a server may then bind to, and be reached at, any address (AnyIP).

    Raises: OSError.
    """
    table_local, protocol_boot, scope_host, type_local = 255, 3, 254, 2
    scope = scope_host if family == _socket.AF_INET else 0
    route = struct.pack("=8BI", family, 0, 0, 0, table_local, protocol_boot, scope, type_local, 0) + struct.pack(
        "=HHi", 8, RTA_OIF, LOOPBACK
    )
    set_up(RTM_NEWROUTE, NLM_F_CREATE, route)


def whole_segments() -> None:
    """Let no packet on the loopback hold several TCP segments: the kernel cuts the largest of those up on the way, and then more packets
    are received than were sent, which the grader's clock would have to explain away. Raises OSError."""
    ifla_gso_max_segs = 40
    set_up(RTM_SETLINK, 0, struct.pack("=BBHiIIHHI", 0, 0, 0, LOOPBACK, 0, 0, 8, ifla_gso_max_segs, 1))


def same_addresses() -> None:
    """Switch address randomisation off for what is started from here: the same server shall do the same every time, and the order of a
    set of sockets depends on where they lie in memory. Best effort."""
    LIBRARY.personality(ADDR_NO_RANDOMIZE)


def set_up(kind: int, flags: int, body: bytes) -> None:
    """One request to the kernel about routes and links. Raises OSError with the kernel's answer."""
    netlink = _socket.socket(AF_NETLINK, _socket.SOCK_RAW, NETLINK_ROUTE)
    try:
        netlink.settimeout(1.0)
        netlink.send(struct.pack("=IHHII", 16 + len(body), kind, NLM_F_REQUEST | NLM_F_ACK | flags, 1, 0) + body)
        code = struct.unpack_from("=i", netlink.recv(4096), 16)[0]
    finally:
        netlink.close()
    if code not in (0, -errno.EEXIST):
        raise OSError(-code, os.strerror(-code))


def drop_rights(uid: int) -> None:
    """Give up every capability, and root for `uid` unless that is 0, for ever. Raises OSError."""
    for capability in range(64):
        if prctl(PR_CAPBSET_DROP, capability) != 0:
            break  # beyond the last one this kernel knows
    if uid:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    header = ctypes.create_string_buffer(struct.pack("=Ii", LINUX_CAPABILITY_VERSION_3, 0))
    if LIBRARY.capset(header, ctypes.create_string_buffer(24)) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    prctl(PR_SET_NO_NEW_PRIVS, 1)


def rights_left() -> list[str]:
    """The lines of /proc/self/status that show a right we still have; none, as it should be."""
    with open("/proc/self/status") as status:
        words = [line.split() for line in status if line.startswith("Cap")]
    return [f"{name} {mask}" for name, mask in words if int(mask, 16)]


def die_with_bubblewrap() -> None:
    """bubblewrap had asked for it, but a change of uid clears it."""
    prctl(PR_SET_PDEATHSIG, 9)


def adopt_orphans() -> None:
    """A daemon that cut its ties becomes our child, not init's."""
    prctl(PR_SET_CHILD_SUBREAPER, 1)


def protect_itself() -> None:
    """The student has our uid: no ptrace, no /proc/PID/mem."""
    prctl(PR_SET_DUMPABLE, 0)
