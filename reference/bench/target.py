"""The server under load: a process of ours or somebody else's, what it has used of the processor, and what it holds of memory."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reference.bench.crowd import LoadError
from reference.bench.speech import Speech

START: Final = 20.0  # seconds for a server to listen; it takes a tenth of one
STOP: Final = 5.0  # seconds for it to end when asked, before it is killed
_LISTENING: Final = re.compile(rb"127\.0\.0\.1:(\d+)")
_PROCESS_CLOCK: Final = 2  # of clock ids, in the kernel's CPUCLOCK_SCHED: nanoseconds of all threads, those that have ended included


@dataclass
class Target:
    """One server.

    Attributes:
        label: what it is called in tables.
        address: where it listens.
        speech: how it speaks.
        pid: its process; None if that is not known, and then neither is what it costs.
    """

    label: str
    address: tuple[str, int]
    speech: Speech
    pid: int | None
    process: subprocess.Popen[bytes] | None = None
    words: Path | None = None  # the file of what it prints

    def cpu(self) -> float | None:
        """Seconds of processor time used so far, the kernel's work for it included; None if nobody knows, or it has ended."""
        if self.pid is None:
            return None
        if sys.platform == "linux":
            with suppress(OSError):
                return time.clock_gettime((~self.pid << 3) | _PROCESS_CLOCK)
        import psutil  # noqa: PLC0415 - whoever only serves or joins does without it

        with suppress(psutil.Error):
            times = psutil.Process(self.pid).cpu_times()
            return float(times.user + times.system)
        return None

    def memory(self) -> int | None:
        """Bytes it holds in memory (resident)."""
        import psutil  # noqa: PLC0415 - whoever only serves or joins does without it

        with suppress(psutil.Error):
            return int(psutil.Process(self.pid).memory_info().rss) if self.pid is not None else None
        return None

    def descriptors(self) -> int | None:
        """How many descriptors it has open (handles on Windows); None if nobody knows."""
        import psutil  # noqa: PLC0415 - whoever only serves or joins does without it

        with suppress(psutil.Error):
            count = "num_handles" if os.name == "nt" else "num_fds"
            return int(getattr(psutil.Process(self.pid), count)()) if self.pid is not None else None
        return None

    def close(self) -> None:
        """End it, if it is ours."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.words:
            self.words.unlink(missing_ok=True)


def start(label: str, command: list[str], speech: Speech, port: int = 0) -> Target:
    """Start a server on the loopback interface and wait until it listens.

    Args:
        label: what to call it.
        command: the program and its arguments.
        speech: how it will speak.
        port: where it will listen; 0 if it prints `127.0.0.1:PORT` as soon as it does.

    Raises:
        LoadError: it does not exist, has ended, or does not listen within START seconds.
    """
    house = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (house, os.environ.get("PYTHONPATH"))))}
    descriptor, name = tempfile.mkstemp(prefix="chat-bench-")
    words = Path(name)  # a file, and not a pipe, which would have to be emptied all the time
    target = None
    try:
        with _uninterrupted():
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=descriptor, stderr=subprocess.STDOUT, env=environment)
            target = Target(label, ("127.0.0.1", port), speech, process.pid, process, words)
        if _listens(target, process, port):
            return target
    except BaseException as error:  # also an end asked for while it starts: it is ours to end, too
        if target:
            target.close()
        words.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise LoadError(f"{label} не запускается: {error.strerror}") from error
        raise
    finally:
        os.close(descriptor)
    last = (words.read_text(errors="replace").strip().splitlines() or ["ничего не сказал"])[-1]
    target.close()
    raise LoadError(f"{label} не слушает: {last}")


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait for the end of the block: a process that is started and not yet written down would be nobody's to end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, frame: came.append(number)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
    if came:
        raise KeyboardInterrupt


def _listens(target: Target, process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until it does, and note where; False if it ends first, or START seconds pass."""
    assert target.words is not None
    until = time.monotonic() + START
    while time.monotonic() < until:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
            return False
        found = _LISTENING.search(target.words.read_bytes())
        if found and not port:
            target.address = ("127.0.0.1", int(found[1]))
            return True
        if port and listener_of(port) == process.pid:
            return True
    return False


def reference_server(style: str, dialect: str, speech: Speech) -> Target:
    """A reference server as a process of its own. Raises LoadError."""
    return start(style, [sys.executable, "-m", "reference", "serve", style, "--port", "0", "--dialect", dialect], speech)


def listener_of(port: int) -> int | None:
    """The process that listens on a TCP port of this machine; None if nobody does, or the system does not tell us."""
    import psutil  # noqa: PLC0415 - whoever only serves or joins does without it

    with suppress(psutil.Error):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,):
                return int(connection.pid) if connection.pid else None
    return None


@contextmanager
def cores_apart(targets: list[Target]) -> Iterator[None]:
    """Servers on one core, we on another: else the two would fight for one, and a fast server would be slowed by its own listeners."""
    import psutil  # noqa: PLC0415 - whoever only serves or joins does without it

    here = psutil.Process()
    if not hasattr(here, "cpu_affinity"):
        yield
        return
    before = here.cpu_affinity()
    if len(before) < 2:
        yield
        return
    with suppress(psutil.Error, OSError):
        for target in targets:
            if target.process:
                psutil.Process(target.pid).cpu_affinity([before[0]])
        here.cpu_affinity(before[1:])
    try:
        yield
    finally:
        here.cpu_affinity(before)


def allow_descriptors() -> int:
    """Raise our limit of open descriptors (children inherit it) as far as the system lets us; returns how many there may be."""
    try:
        import resource  # noqa: PLC0415 - Windows has none, and no such limit
    except ImportError:
        return 1_000_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return 1_000_000 if soft == resource.RLIM_INFINITY else soft
