"""The floor anywhere else: a plain process that psutil keeps an eye on. "Run only labs you would run by hand."

It works on Linux too, so that it can be tested there. There are no thread dumps here: neither macOS nor Windows can send a signal to one
thread of another process.
"""

from __future__ import annotations

import contextlib
import os
import signal as signals
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

import psutil

from grading.messages import N_, _
from grading.sandbox.folders import NOT_PROTECTED, Folders
from grading.sandbox.model import FLOOR, Limits, Process, Sandbox, SandboxError, StudentBrokeSandbox, ThreadDump
from grading.sandbox.output import Drain
from grading.sandbox.prefix import environment, interpreter

KILL_SECONDS = 2.0
# Set the limits, then become the student's program. A limit the system does not have (RLIMIT_AS on macOS) is passed over.
WRAPPER = """
import resource, signal, sys, os
for word in sys.argv[1].split(","):
    name, value = word.split("=")
    try:
        most = resource.getrlimit(getattr(resource, name))[1]
        value = int(value) if most == resource.RLIM_INFINITY else min(int(value), most)
        resource.setrlimit(getattr(resource, name), (value, value))
    except (AttributeError, ValueError, OSError):
        pass
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.pthread_sigmask(signal.SIG_SETMASK, [])
os.execv(sys.argv[2], sys.argv[2:])
"""


class PortableProcess(Process):
    """A student's process, started directly."""

    def __init__(self, sandbox: PortableFloor, argv: Sequence[str], cwd: str, env: Mapping[str, str]) -> None:
        self._sandbox = sandbox
        command = [sandbox.python, "-s", "-u", *argv]
        options: dict[str, object] = {"start_new_session": True}
        if sys.platform == "win32":
            options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        else:
            command = [str(interpreter()), "-I", "-S", "-c", WRAPPER, _limit_words(sandbox.limits), *command]
        pipe = subprocess.PIPE
        try:
            self._popen: subprocess.Popen[bytes] = subprocess.Popen(  # type: ignore[call-overload]
                command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=os.path.join(sandbox.lab, cwd), env=dict(env), bufsize=0, **options
            )
        except OSError as error:
            raise SandboxError(f"the server could not be started: {error}") from error
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        assert self._popen.stderr is not None
        self.pid = self._popen.pid
        self.stdin = self._popen.stdin.fileno()
        if sys.platform != "win32":
            os.set_blocking(self.stdin, False)
        self._drain = Drain(os.dup(self._popen.stdout.fileno()), os.dup(self._popen.stderr.fileno()), self._flood)
        self._popen.stdout.close()
        self._popen.stderr.close()
        self._ended = threading.Event()
        self._lock = threading.Lock()
        threading.Thread(target=self._await_end, daemon=True).start()

    @property
    def flooded(self) -> bool:
        return self._drain.flooded

    def output(self) -> bytes:
        return self._drain.read_now(self._drain.both)

    def stdout_so_far(self) -> bytes:
        return self._drain.read_now(self._drain.out)

    def stderr_so_far(self) -> bytes:
        return self._drain.read_now(self._drain.err)

    def poll(self) -> int | None:
        return self.wait(0.0)

    def wait(self, deadline: float) -> int | None:
        self._ended.wait(max(0.0, deadline - time.monotonic()))
        return self._popen.returncode if self._ended.is_set() else None

    def signal(self, number: int) -> None:
        if sys.platform == "win32" and number == signals.SIGINT:
            number = signals.CTRL_BREAK_EVENT  # Ctrl-C cannot be sent to another process group
        with contextlib.suppress(OSError):
            self._popen.send_signal(number)

    def kill(self) -> None:
        left = self._sandbox.kill_all()
        if left:
            raise StudentBrokeSandbox(_("процессы не завершаются: {pids}").format(pids=left))

    def tracebacks(self) -> list[ThreadDump]:
        return []

    def close(self) -> None:
        """Free what is held; the process is dead."""
        self._ended.wait(KILL_SECONDS)
        self._drain.close()
        if self._popen.stdin is not None:
            with contextlib.suppress(OSError):
                self._popen.stdin.close()
        self.stdin = -1

    def _await_end(self) -> None:
        self._popen.wait()
        self._ended.set()

    def _flood(self) -> None:
        with contextlib.suppress(StudentBrokeSandbox):
            self.kill()


class PortableFloor(Sandbox):
    """A submission in a temporary folder. Raises: SandboxError when that cannot be made."""

    tier = FLOOR
    network = "shared"
    not_protected = (*NOT_PROTECTED, N_("программы, которые сервер запустил и оставил после себя"))

    def __init__(self, files: Mapping[str, bytes], limits: Limits) -> None:
        self.limits = limits
        self._folders = Folders(files, limits)
        self.python, self.lab = str(self._folders.python), str(self._folders.lab)
        self._processes: list[PortableProcess] = []
        self._seen: dict[int, psutil.Process] = {}
        self._closed = False

    def pids(self) -> list[int]:
        return sorted(one.pid for one in self._look())

    def sockets(self, family: int, type: int, count: int) -> list[socket.socket]:
        try:
            return [socket.socket(family, type) for _ in range(count)]
        except OSError as error:
            raise SandboxError(f"no sockets: {error}") from error

    def start(self, argv: Sequence[str], *, cwd: str = "", env: Mapping[str, str] | None = None, terminal: int | None = None) -> Process:
        if terminal is not None:
            raise SandboxError("no terminals here")
        wanted = environment(self._folders.bin_folder, str(self._folders.home)) | dict(env or {})
        process = PortableProcess(self, argv, cwd, wanted)
        self._processes.append(process)
        return process

    @property
    def started(self) -> int:
        return len(self._processes)

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        left = self.kill_all()
        for process in self._processes:
            process.close()
        self._folders.remove()
        if left:
            raise SandboxError(f"processes of the sandbox do not die: {left}")

    def kill_all(self) -> list[int]:
        """Kill the processes started here and all they started, as far as they can be found. Gives those that do not die."""
        end = time.monotonic() + KILL_SECONDS
        while alive := self._look():
            for one in alive:
                with contextlib.suppress(psutil.Error):
                    one.kill()
            # psutil would take the exit codes of our own children away from those who wait for them.
            own = {process.pid for process in self._processes}
            psutil.wait_procs([one for one in alive if one.pid not in own], max(0.0, end - time.monotonic()))
            for process in self._processes:
                process.wait(end)
            if time.monotonic() > end:
                break
        return [one.pid for one in self._look()]

    def _look(self) -> list[psutil.Process]:
        """All processes known to be the student's; each look remembers what it finds, so that orphans are not lost."""
        for process in self._processes:
            with contextlib.suppress(psutil.Error):
                self._seen.setdefault(process.pid, psutil.Process(process.pid))
        for one in list(self._seen.values()):
            with contextlib.suppress(psutil.Error):
                self._seen |= {child.pid: child for child in one.children(recursive=True) if child.pid not in self._seen}
        return [one for one in self._seen.values() if _is_alive(one)]


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _limit_words(limits: Limits) -> str:
    """The limits as the wrapper reads them. RLIMIT_NPROC is not set: here it would count the user's other programs."""
    values = {
        "RLIMIT_AS": limits.address_space,
        "RLIMIT_CPU": limits.cpu_seconds,
        "RLIMIT_FSIZE": limits.file_size,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CORE": 0,
    }
    return ",".join(f"{name}={value}" for name, value in values.items())
