"""The server as psutil sees it, on any platform: processes, their CPU time, their listening sockets."""

from __future__ import annotations

from collections.abc import Mapping

from grading.eyes.model import Held, Waiting
from grading.kernel import Address
from grading.links import AnyLink
from grading.quiet import QuietPeriod
from grading.sandbox import Process, Sandbox
from grading.threads import Thread


class PlainEyes:
    """Sees what psutil sees, on any platform: processes, their CPU time, their listening sockets."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.clock = QuietPeriod(sandbox)

    def listening(self) -> list[tuple[int, Address]]:
        """See Eyes."""
        return self.clock.listening()

    def bound(self) -> list[tuple[int, Address]]:
        """See Eyes."""
        return self.clock.bound()

    def watch_datagrams(self) -> bool:
        """See Eyes."""
        return True

    def threads(self) -> tuple[Thread, ...]:
        """See Eyes."""
        return ()

    def unaccepted(self) -> int:
        """See Eyes."""
        return 0

    def door(self) -> int:
        """See Eyes. The smallest number students give to listen() is 1."""
        return 1

    def shut(self) -> bool:
        """See Eyes."""
        return False

    def held(self) -> Held | None:
        """See Eyes."""
        return None

    def written(self, link: AnyLink) -> int | None:
        """See Eyes."""
        return None

    def waiter(self, link: AnyLink) -> Thread | None:
        """See Eyes."""
        return None

    def hurries(self) -> bool:
        """See Eyes."""
        return False

    def waiting(self, process: Process, names: dict[Address, str]) -> list[Waiting]:
        """See Eyes. Lines are known where the sandbox can ask for them, calls are not."""
        return [Waiting("?", "", tuple((file, line) for file, line, _ in dump.frames)) for dump in process.tracebacks()]

    def overlook(self, process: Process, idle: Mapping[tuple[str, int], str]) -> None:
        """See Eyes. Timers are not seen here."""

    def close(self) -> None:
        """See Eyes."""
