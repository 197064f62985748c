"""What a sandbox is to the rest of the grader: its limits, its two errors, and the two things one holds on to."""

from __future__ import annotations

import socket
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType

MIB = 1024 * 1024

BUBBLEWRAP = "bubblewrap"
FLOOR = "floor"


class SandboxError(Exception):
    """Our side failed before the student's first instruction. Never the student's fault: `infra`, to be tried again."""


class StudentBrokeSandbox(Exception):
    """The sandbox died or stopped answering after the student's first instruction. That is the student's doing."""


@dataclass(frozen=True)
class Limits:
    """How much student code may take. Sizes in bytes, times in seconds of CPU.

    Attributes:
        address_space: per process. A control server uses 6 MB, but every thread reserves 8 MiB of stack and malloc arenas besides: 768 MiB
            fails right servers that have two threads for each of 30 users.
        cpu_seconds: per process, the soft limit; SIGKILL comes one second later.
        file_size: of any one file, memfd included.
        open_files: in the student's processes only; the starter needs more for the guests' sockets. 30 users with a socket, both ends of a
            pipe and a process each are 120.
        processes: processes and threads in one sandbox; 30 users with two threads each are 61.
        lab_disk, tmp, shm: sizes of the RAM disks /lab (besides the submission itself), /tmp and /dev/shm (bubblewrap only).
    """

    address_space: int = 4096 * MIB
    cpu_seconds: int = 20
    file_size: int = 32 * MIB
    open_files: int = 256
    processes: int = 256
    lab_disk: int = 32 * MIB
    tmp: int = 16 * MIB
    shm: int = 1 * MIB


@dataclass(frozen=True)
class ThreadDump:
    """Where one thread of the student's Python stands. A hint: the student could have written it.

    Attributes:
        pid, tid: in the numbering of `Sandbox.proc_fd`.
        frames: (file as the interpreter names it, line, function), innermost first.
    """

    pid: int
    tid: int
    frames: list[tuple[str, int, str]] = field(default_factory=list)


class Process(ABC):
    """One start of the student's server.

    Attributes:
        pid: its process id, in the numbering of `Sandbox.proc_fd`.
        stdin: the write end of the pipe it reads from, never at its end until closed. Non-blocking on POSIX: a full pipe raises
            BlockingIOError, so a student who does not read cannot hold up the grader. The sandbox closes it.
    """

    pid: int
    stdin: int

    @property
    @abstractmethod
    def flooded(self) -> bool:
        """Was it killed for writing more than 64 MiB?"""

    @abstractmethod
    def output(self) -> bytes:
        """Standard output and standard error together: the first 64 KiB and the last 192 KiB, with a marker where bytes were cut."""

    @abstractmethod
    def stdout_so_far(self) -> bytes:
        """Standard output alone, cut in the same way."""

    @abstractmethod
    def stderr_so_far(self) -> bytes:
        """Standard error alone, cut in the same way."""

    @abstractmethod
    def poll(self) -> int | None:
        """The exit code, negative for a signal, or None while it lives. Raises StudentBrokeSandbox."""

    @abstractmethod
    def wait(self, deadline: float) -> int | None:
        """Like `poll`, but wait for the end until `deadline`, a time.monotonic() value."""

    @abstractmethod
    def signal(self, number: int) -> None:
        """Send a signal to this process alone. It does nothing when the process is gone. Raises StudentBrokeSandbox."""

    @abstractmethod
    def kill(self) -> None:
        """Kill all student processes of the sandbox and see that they are gone. Raises StudentBrokeSandbox if they are not."""

    @abstractmethod
    def tracebacks(self) -> list[ThreadDump]:
        """Where the threads of all student processes stand, as far as they can tell. Takes four seconds at the very most; never raises."""


class Sandbox(ABC):
    """A place where one submission runs. A context manager; `close` kills everything inside.

    Attributes:
        tier: "bubblewrap" or "floor".
        network: "private" or "shared".
        not_protected: short phrases, to be translated when shown, that say what this tier leaves open.
        proc_fd: a directory descriptor of a procfs that shows the sandbox's processes, None where there is none.
        diag: a NETLINK_SOCK_DIAG socket that lives in the server's network namespace, None where there is none.
        snmp_fds: /proc/net/snmp and /proc/net/snmp6 of the private network namespace, to be read again with pread at 0.
        python: path of the interpreter as the student's process sees it.
        lab: path of the lab as the student's process sees it ("/lab" in bubblewrap), the prefix of file names in `ThreadDump`.
        notes: English notes on setup steps that could not be done, for a doctor or a log.
        terminals: whether a program can be started at a terminal here.
    """

    tier: str
    network: str
    not_protected: tuple[str, ...] = ()
    proc_fd: int | None = None
    diag: socket.socket | None = None
    snmp_fds: tuple[int, ...] = ()
    python: str
    lab: str
    notes: tuple[str, ...] = ()
    terminals: bool = False

    @abstractmethod
    def pids(self) -> list[int]:
        """All student processes alive now, zombies left out, in the numbering of `proc_fd`."""

    @property
    @abstractmethod
    def started(self) -> int:
        """How many programs were started here so far."""

    @abstractmethod
    def sockets(self, family: int, type: int, count: int) -> list[socket.socket]:
        """Make `count` blocking sockets that reach the server. Raises SandboxError or StudentBrokeSandbox."""

    @abstractmethod
    def start(self, argv: Sequence[str], *, cwd: str = "", env: Mapping[str, str] | None = None, terminal: int | None = None) -> Process:
        """Start the student's program.

        Args:
            argv: what follows the interpreter: ["server.py"] or ["-m", "pkg.server"].
            cwd: a folder below the lab.
            env: added to the environment, which is otherwise built from nothing.
            terminal: its end of a pseudo-terminal, in place of the pipes at 0, 1 and 2; stays the caller's. Only where `terminals`.

        Raises: SandboxError, StudentBrokeSandbox (on a restart).
        """

    @abstractmethod
    def close(self) -> None:
        """Kill everything, see that it is gone (2 s at most), free what is held. May be called again. Raises SandboxError if some stay."""

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
