"""Serve the grader's requests until the grader is gone.

Requests are `marshal` tuples: a name and plain values (the grader is trusted). Replies are short texts: "ok", "ok PID", "error why".
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import array
import marshal
import os
import select
import struct
import sys
import time
from collections.abc import Mapping, Sequence

from . import rights
from .student import become_student

TGKILL = {"x86_64": 234, "aarch64": 131, "riscv64": 131, "i686": 270, "armv7l": 268, "ppc64le": 250, "s390x": 241}  # system call numbers
NETLINK_SOCK_DIAG = 4


class Starter:
    """Starts the student's processes, reaps them, and kills them.

    Args:
        control: socket to the grader.
        private: is this process 1 of a PID namespace of its own?
        python: the student's interpreter.
        lab: the folder of the student's files.
    """

    def __init__(self, control: int, private: bool, python: str, lab: str) -> None:
        self.control = _socket.socket(fileno=control)
        self.private = private
        self.python = python
        self.lab = lab
        self.exits: dict[int, int] = {}  # pid of a started server -> where to write its exit code
        self.wake_r, self.wake_w = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        _signal.signal(_signal.SIGCHLD, lambda *_: None)
        _signal.set_wakeup_fd(self.wake_w, warn_on_full_buffer=False)

    def reply(self, text: str, fds: Sequence[int] = ()) -> None:
        """Send one answer."""
        passed = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", fds))] if fds else []
        self.control.sendmsg([text.encode("utf-8", "backslashreplace")[:4000]], passed)

    def serve(self) -> None:
        """Answer until the grader hangs up."""
        poll = select.poll()
        poll.register(self.control.fileno(), select.POLLIN)
        poll.register(self.wake_r, select.POLLIN)
        while True:
            ready = [fd for fd, _ in poll.poll()]
            if self.wake_r in ready:
                self.calm()
                self.reap()
            if self.control.fileno() in ready and not self.answer():
                return

    def answer(self) -> bool:
        """Answer one request. False when the grader has gone."""
        data, passed, _, _ = self.control.recvmsg(200_000, _socket.CMSG_SPACE(8 * 4))
        if not data:
            return False
        fds = array.array("i")
        for _, _, blob in passed:
            fds.frombytes(blob[: len(blob) // 4 * 4])
        try:
            name, *arguments = marshal.loads(data)
            getattr(self, f"do_{name}")(*arguments, *([fds] if fds else []))
        except Exception as error:
            self.reply(f"error {type(error).__name__}: {error}")
        finally:
            for fd in fds:
                os.close(fd)
        return True

    def calm(self) -> None:
        """Empty the pipe that tells of dead children."""
        try:
            os.read(self.wake_r, 4096)
        except BlockingIOError:
            return

    def reap(self) -> bool:
        """Collect the dead: servers, whose exit codes the grader waits for, and orphans. False when no child is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid in self.exits:
                fd = self.exits.pop(pid)
                os.write(fd, str(os.waitstatus_to_exitcode(status)).encode())
                os.close(fd)

    def do_sockets(self, family: int, kind: int, count: int) -> None:
        """Make sockets in this network namespace and hand them over."""
        made = [_socket.socket(family, kind) for _ in range(count)]
        self.reply("ok", [one.fileno() for one in made])
        for one in made:
            one.close()

    def do_signal(self, pid: int, number: int) -> None:
        """Signal a server."""
        if pid in self.exits:  # not reaped yet, so the number is still that process
            os.kill(pid, number)
        self.reply("ok")

    def do_tgkill(self, pid: int, tid: int, number: int) -> None:
        """Signal one thread; Python has no name for it in another process."""
        rights.LIBRARY.syscall(TGKILL[os.uname().machine], pid, tid, number)
        self.reply("ok")

    def do_kill(self, seconds: float) -> None:
        """Kill all student processes. Each is our child, or will be when its parent is dead: no child left means none at all."""
        end = time.monotonic() + seconds
        poll = select.poll()
        poll.register(self.wake_r, select.POLLIN)
        self.kill_all()
        while self.reap():
            if time.monotonic() > end:
                self.reply("error some processes do not die")
                return
            poll.poll(20)
            self.calm()
            self.kill_all()
        self.reply("ok")

    def kill_all(self) -> None:
        """SIGKILL to everything but ourselves."""
        for pid in [-1] if self.private else descendants(os.getpid()):
            try:
                os.kill(pid, _signal.SIGKILL)
            except OSError:
                continue

    def do_start(self, argv: list[str], cwd: str, env: Mapping[str, str], limits: Mapping[str, int], fds: Sequence[int]) -> None:
        """Start a server: `fds` are its stdin, stdout, stderr, the pipe for tracebacks, and where its exit code goes."""
        exit_fd = os.dup(fds[4])
        error_r, error_w = os.pipe2(os.O_CLOEXEC)
        pid = os.fork()
        if pid == 0:
            try:
                become_student(fds, error_w, limits, os.path.join(self.lab, cwd))
                at_once = [] if os.isatty(1) else ["-u"]  # at a terminal Python shows each line at once, and no half a line without flush
                os.execve(self.python, [self.python, "-s", *at_once, *argv], dict(env))
            except BaseException as error:
                os.write(error_w, f"{type(error).__name__}: {error}".encode())
            os._exit(127)
        self.exits[pid] = exit_fd
        os.close(error_w)
        failure = os.read(error_r, 1000)
        os.close(error_r)
        self.reply("error " + failure.decode("utf-8", "replace") if failure else f"ok {pid}")


def descendants(root: int) -> list[int]:
    """All processes below `root`, children of children included. The floor has no namespace to ask."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as stat:
                    parents[int(name)] = int(stat.read().rpartition(b")")[2].split()[1])
            except OSError:
                continue
    found: list[int] = []
    level = {root}
    while level:
        level = {pid for pid, parent in parents.items() if parent in level}
        found += level
    return found


def open_windows() -> list[int]:
    """The grader's windows into this namespace, made before any student code: netlink for inet_diag, /proc, the IP counters."""
    netlink = _socket.socket(rights.AF_NETLINK, _socket.SOCK_DGRAM, NETLINK_SOCK_DIAG)
    fds = [netlink.detach(), os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)]
    for path in ("/proc/net/snmp", "/proc/net/snmp6"):
        if os.path.exists(path):  # a kernel without IPv6 has no snmp6
            fds.append(os.open(path, os.O_RDONLY))
    return fds


def write_lab(source: int, lab: str) -> None:
    """Write the submission's files from a memory file: a marshalled list of (path, size), its length in front, then the bytes."""
    with open(source, "rb") as stream:
        length = struct.unpack("=Q", stream.read(8))[0]
        for path, size in marshal.loads(stream.read(length)):
            target = os.path.join(lab, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as copy:
                copy.write(stream.read(size))


def main() -> None:
    """Arguments: control descriptor, descriptor of the files (-1: already there), lab folder, uid to become (0: stay), tier, python."""
    control, source, lab, uid, tier, python = sys.argv[1:]
    private = tier == "private"
    notes = []
    if private:
        notes = rights.prepare_namespace()
    else:
        rights.adopt_orphans()
    windows = open_windows()
    if private:
        rights.drop_rights(int(uid))
        if left := rights.rights_left():
            raise SystemExit(f"rights left: {left}")
        rights.die_with_bubblewrap()
    rights.protect_itself()
    rights.same_addresses()
    if source != "-1":
        write_lab(int(source), lab)
    starter = Starter(int(control), private, python, lab)
    starter.reply("\n".join(["ready", *notes]), windows)
    for fd in windows:
        os.close(fd)
    try:
        starter.serve()
    finally:
        starter.kill_all()
        if not private:
            sweep(os.path.dirname(lab))


def sweep(base: str) -> None:
    """The grader was killed, or it would have killed us: remove its temporary folder."""
    import shutil  # noqa: PLC0415 - 10 ms that no other start needs

    shutil.rmtree(base, ignore_errors=True)
