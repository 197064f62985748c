"""The two ends of a client under test, in the test's own loop: a screen that keeps what it is shown, and the server's socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

from reference.clients.terminal.look import Fragments

DEADLINE = 10.0  # seconds


class Paper:
    """A screen: lines without their time stamps, and a way to wait for one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._changed = asyncio.Event()

    def show(self, shown: Fragments) -> None:
        assert shown[0] == ("class:time", "12:03 ")
        self.lines.append("".join(text for _, text in shown[1:]))
        self._changed.set()

    async def shown(self) -> None:
        pass

    def refresh(self) -> None:
        self._changed.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something shown, or some state of the client, makes it true."""
        async with asyncio.timeout(DEADLINE):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    async def has(self, line: str) -> None:
        await self.until(lambda: line in self.lines)


class Wire:
    """The server's end of a client's connection, in the test's hands."""

    def __init__(self, server: socket.socket) -> None:
        server.setblocking(False)
        self.socket = server

    async def got(self, expected: str) -> None:
        """The client sends exactly this next."""
        wanted = expected.encode()
        data = b""
        async with asyncio.timeout(DEADLINE):
            while len(data) < len(wanted) and (chunk := await asyncio.get_running_loop().sock_recv(self.socket, len(wanted) - len(data))):
                data += chunk
        assert data.decode(errors="replace") == expected

    async def ended(self) -> None:
        async with asyncio.timeout(DEADLINE):
            assert await asyncio.get_running_loop().sock_recv(self.socket, 1) == b""

    def tell(self, text: str) -> None:
        self.socket.sendall(text.encode())
