"""The conversation of the comfortable client: it hears, says, and comes back when the connection breaks; asyncio, and no terminal.

Exit codes: 0 when the person left (Ctrl-D, or the chat's own word), LOST when the server went and did not come back; the screen adds 130
for Ctrl-C.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Final, Protocol

from reference.clients.talk import Talk, harmless
from reference.clients.terminal.backoff import MOST_TRIES, Backoff
from reference.clients.terminal.look import Fragments, bar, fragments, remark
from reference.clients.terminal.presence import Line, Presence
from reference.dialect import Dialect

CHUNK: Final = 65_536
LOST: Final = 1
PATIENCE: Final = 10.0  # seconds for one try to connect; the system alone would take two minutes
WHO: Final = ("/who", "/кто")
# A server whose machine has vanished says nothing: after 30 s of silence ask every 10 s, and after 3 questions unanswered take it as gone.
_KEEPALIVE: Final = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))


class Shows(Protocol):
    """What a conversation needs of a screen."""

    def show(self, shown: Fragments) -> None:
        """Show one line above the one being typed, soon."""

    async def shown(self) -> None:
        """All lines are shown: a flood is read no faster than it can be."""

    def refresh(self) -> None:
        """The question or the bar has changed."""


class Client:
    """One person's session, over as many connections as it takes.

    Args:
        address: host and port to come back to.
        dialect: how the server speaks.
        name: ours; "" to be asked.
        screen: shows what comes.
        backoff: when to come back.
        now: for time stamps.
        pause: waits so many seconds between two tries.

    Raises:
        ValueError: a client cannot speak this dialect (see `Talk`).
    """

    def __init__(
        self,
        address: tuple[str, int],
        dialect: Dialect,
        name: str,
        screen: Shows,
        backoff: Backoff,
        *,
        now: Callable[[], datetime] = datetime.now,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._address = address
        self._dialect = dialect
        self._name = name
        self._screen = screen
        self._backoff = backoff
        self._now = now
        self._pause = pause
        self._talk = Talk(dialect, name)
        self._presence = Presence(dialect, name)
        self._writer: asyncio.StreamWriter | None = None
        self._leaving = False
        host, port = address
        self._place = self._state = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    # -- what the screen asks

    @property
    def asking(self) -> bool:
        """Whether the line being typed will be our name."""
        return not self._talk.named and not self._talk.name

    @property
    def ready(self) -> bool:
        """Whether a line entered now would be taken."""
        return self._writer is not None and self._talk.ready

    def bar(self, columns: int, measure: Callable[[str], int]) -> str:
        """The bar at the bottom."""
        own = [f"{self._presence.own} (вы)"] if self._presence.own else ["вы"]
        names = [*own, *self._presence.others] if self._presence.told and self._writer else []
        return bar(self._state, names, columns, measure)

    def typed(self, line: str) -> bool:
        """The person has entered a line. Returns whether it was taken; if not, it had better stay where it is."""
        if line.strip() in WHO:
            self._remark(self._who())
            return True
        if not self._writer or not self._talk.ready:
            self._remark("сервер ещё не готов слушать; строка подождёт" if self._writer else "связи нет; строка подождёт", trouble=True)
            return False
        named = self._talk.named
        self._writer.write(self._talk.typed(f"{line}\n".encode(errors="replace")))
        if named:
            self._said(line)
        else:
            self._name = self._presence.own = self._talk.name
            self._screen.refresh()
        return True

    def leave(self) -> bool:
        """The person goes: end our half. Returns whether the server is there to end its own."""
        self._leaving = True
        if self._writer:
            with suppress(OSError, RuntimeError):  # it has gone first
                self._writer.write_eof()
        return self._writer is not None

    # -- the connection

    async def run(self, server: socket.socket) -> int:
        """Talk over `server`, a connected socket that is ours now, and over its successors. Returns the exit code."""
        hints = f"{'/who: кто здесь, ' if self._presence.told else ''}Ctrl-D: выйти"
        self._remark(f"соединились с {self._place}; {hints}")
        reader, writer = await asyncio.open_connection(sock=server)
        while True:
            await self._converse(reader, writer)
            if self._leaving:
                return 0
            self._remark("связь прервалась, пробую снова; Ctrl-C: выйти", trouble=True)
            streams = await self._again()
            if streams is None:
                self._remark(f"сервер не вернулся, попыток было {MOST_TRIES}", trouble=True)
                return LOST
            reader, writer = streams
            self._remark("связь восстановлена")

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from the first word to the last."""
        self._talk = Talk(self._dialect, self._name)
        self._presence.forget()
        self._writer, self._state = writer, self._place
        self._backoff.connected()
        _keep_alive(writer.get_extra_info("socket"))
        self._screen.refresh()
        try:
            writer.write(self._talk.begin())
            while chunk := await reader.read(CHUNK):
                await self._hear(chunk, writer)
            await self._hear(b"", writer)
        except OSError:  # reset, or silent for too long: an end like any other
            pass
        finally:
            self._writer, self._state = None, "нет связи"
            self._backoff.broken()
            writer.close()
            self._screen.refresh()

    async def _hear(self, chunk: bytes, writer: asyncio.StreamWriter) -> None:
        texts, reply = self._talk.heard(chunk)
        if reply:
            writer.write(reply)
        for text in texts:
            for line in text.split("\n"):
                if line.strip():
                    self._screen.show(fragments(self._presence.read(line), self._now()))
        self._screen.refresh()
        await self._screen.shown()

    async def _again(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """Connect again, however many tries it takes; None when there have been too many."""
        while (delay := self._backoff.delay()) is not None:
            self._state = f"нет связи: попытка {self._backoff.tries} из {MOST_TRIES} через {delay:.0f} с"
            self._screen.refresh()
            await self._pause(delay)
            with suppress(OSError):
                async with asyncio.timeout(PATIENCE):
                    return await asyncio.open_connection(*self._address)
        return None

    # -- words

    def _said(self, line: str) -> None:
        """Show what we said, unless the server will; take notice of the word that ends the chat."""
        if self._dialect.quit and line.strip().casefold() == self._dialect.quit.strip().casefold():
            self._leaving = True
        if not self._dialect.echo:
            for text in harmless(line).split("\n"):
                self._screen.show(fragments(Line("said", text, self._presence.own or "вы"), self._now()))

    def _who(self) -> str:
        if not self._presence.told:
            return "этот сервер не сообщает, кто вошёл и вышел"
        names = ", ".join([f"{self._presence.own} (вы)" if self._presence.own else "вы", *self._presence.others])
        return f"здесь: {names}; кто вошёл раньше вас и молчит, тот не виден"

    def _remark(self, text: str, *, trouble: bool = False) -> None:
        self._screen.show(remark(text, self._now(), trouble=trouble))


def _keep_alive(server: socket.socket) -> None:
    """Have the system notice a server that vanished; what a system lacks, or a socket that is not TCP, is passed over."""
    with suppress(OSError):
        server.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEPALIVE:
            if hasattr(socket, option):
                server.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
