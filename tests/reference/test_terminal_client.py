"""The comfortable client's conversation: a real loop and real sockets, and a screen that only keeps what it is shown."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeAlias

import pytest

from reference.clients.terminal.backoff import MOST_TRIES, Backoff
from reference.clients.terminal.client import LOST, Client
from reference.dialect import KNOWN, Dialect
from reference.room import Action, Room, Send
from tests.reference.papers import DEADLINE, Paper, Wire

LINES = KNOWN["lines"]
Pause: TypeAlias = Callable[[float], Awaitable[None]]
NOON = datetime(2024, 5, 6, 12, 3)


class Desk:
    """A client, its screen, and the server's end."""

    def __init__(self, dialect: Dialect, name: str, address: tuple[str, int] = ("127.0.0.1", 1), pause: Pause | None = None) -> None:
        self.paper = Paper()
        ours, theirs = socket.socketpair()
        self.wire = Wire(theirs)
        backoff = Backoff(lambda: 0.0, lambda: 1.0)
        self.client = Client(address, dialect, name, self.paper, backoff, now=lambda: NOON, pause=pause or no_pause)
        self.run = asyncio.ensure_future(self.client.run(ours))

    async def code(self) -> int:
        async with asyncio.timeout(DEADLINE):
            return await self.run


async def no_pause(seconds: float) -> None:
    """Waits for nothing."""


def test_a_conversation_from_the_question_to_the_farewell() -> None:
    async def talk() -> None:
        desk = Desk(LINES, "Анна")
        desk.wire.tell(f"{LINES.prompt}\n")
        await desk.wire.got("Анна\n")
        desk.wire.tell("Добро пожаловать, Анна (2)! Чтобы уйти, напишите /выход\nБорис теперь с нами\nБорис: при")
        await desk.paper.has("· Борис теперь с нами")
        assert desk.client.bar(80, len) == " 127.0.0.1:1 · здесь: Анна (2) (вы), Борис"
        desk.wire.tell("вет\n")
        await desk.paper.has("Борис: привет")
        assert desk.client.typed("/who")
        assert desk.paper.lines[-1].startswith("(здесь: Анна (2) (вы), Борис;")
        assert desk.client.typed("и тебе")
        assert desk.paper.lines[-1] == "Анна (2): и тебе"
        assert desk.client.leave()
        await desk.wire.got("и тебе\n")
        await desk.wire.ended()
        desk.wire.tell("Борис: пока\n")
        desk.wire.socket.close()
        assert await desk.code() == 0
        assert desk.paper.lines[-1] == "Борис: пока"

    asyncio.run(talk())


def test_the_person_is_asked_for_the_name_and_it_is_kept_for_coming_back() -> None:
    async def talk() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.setblocking(False)
            waits: list[float] = []

            async def pause(seconds: float) -> None:
                waits.append(seconds)

            desk = Desk(LINES, "", listener.getsockname()[:2], pause)
            desk.wire.tell(f"{LINES.prompt}\n")
            await desk.paper.has(f"· {LINES.prompt}")
            assert desk.client.asking
            assert desk.client.typed("Анна")
            assert not desk.client.asking
            await desk.wire.got("Анна\n")
            desk.wire.tell("Вера теперь с нами\n")
            await desk.paper.until(lambda: "Анна (вы), Вера" in desk.client.bar(80, len))
            desk.wire.socket.close()
            await desk.paper.has("(связь прервалась, пробую снова; Ctrl-C: выйти)")
            async with asyncio.timeout(DEADLINE):
                again, _ = await asyncio.get_running_loop().sock_accept(listener)
            with again:
                await desk.paper.has("(связь восстановлена)")
                wire = Wire(again)
                wire.tell(f"{LINES.prompt}\n")
                await wire.got("Анна\n")
                assert waits == [1]
                wire.tell("Добро пожаловать, Анна! Чтобы уйти, напишите /выход\n")
                await desk.paper.until(lambda: desk.client.ready)
                assert desk.client.bar(80, len).endswith("здесь: Анна (вы)")  # whether Vera is still here, nobody knows
                assert desk.client.typed("/выход")
                await wire.got("/выход\n")
            assert await desk.code() == 0

    asyncio.run(talk())


def test_a_server_that_does_not_come_back_is_given_up_and_no_line_is_lost() -> None:
    async def talk() -> None:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            address = gone.getsockname()[:2]
        waits: list[float] = []
        bars: list[str] = []
        taken: list[bool] = []

        async def pause(seconds: float) -> None:
            waits.append(seconds)
            bars.append(desk.client.bar(80, len))
            taken.append(desk.client.typed("куда все делись?"))

        desk = Desk(KNOWN["raw"], "", address, pause)
        desk.wire.socket.close()
        assert await desk.code() == LOST
        assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
        assert bars[1] == " нет связи: попытка 2 из 8 через 2 с"
        assert not any(taken)
        assert desk.paper.lines[-1] == f"(сервер не вернулся, попыток было {MOST_TRIES})"
        assert desk.paper.lines.count("(связи нет; строка подождёт)") == MOST_TRIES

    asyncio.run(talk())


def test_a_line_typed_before_the_server_is_ready_stays_where_it_is() -> None:
    async def talk() -> None:
        desk = Desk(LINES, "Анна")
        assert not desk.client.typed("рано")
        await desk.paper.until(lambda: "127.0.0.1:1" in desk.client.bar(80, len))
        desk.wire.tell(f"{LINES.prompt}\n")
        await desk.wire.got("Анна\n")
        assert not desk.client.typed("всё ещё рано")
        desk.wire.tell("здравствуйте\n")
        await desk.paper.has("· здравствуйте")
        assert desk.client.typed("пора")
        await desk.wire.got("пора\n")
        desk.client.leave()
        desk.wire.socket.close()
        assert await desk.code() == 0

    asyncio.run(talk())


def test_what_strangers_send_and_what_we_paste_cannot_paint_the_screen() -> None:
    async def talk() -> None:
        desk = Desk(KNOWN["raw"], "")
        desk.wire.tell("\x1b[2J\x07при\rвет\u202e\x9b31m\r\nвторая\n\n")
        await desk.paper.has("вторая")
        assert desk.paper.lines[-2] == "\ufffd[2J\ufffdпри\ufffdвет\ufffd\ufffd31m"
        assert desk.client.typed("\x1b[31mкрасный\nвторая строка")
        assert desk.paper.lines[-2:] == ["вы: \ufffd[31mкрасный", "вы: вторая строка"]
        assert desk.client.typed("/who")
        assert desk.paper.lines[-1] == "(этот сервер не сообщает, кто вошёл и вышел)"
        desk.client.leave()
        desk.wire.socket.close()
        assert await desk.code() == 0
        assert all(line.isprintable() or "\ufffd" in line for line in desk.paper.lines)

    asyncio.run(talk())


def test_a_reset_is_an_end_like_any_other() -> None:
    async def talk() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            ours = socket.create_connection(listener.getsockname())
            theirs, _ = listener.accept()
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            address = listener.getsockname()[:2]
        paper = Paper()
        client = Client(address, KNOWN["raw"], "", paper, Backoff(lambda: 0.0, lambda: 1.0), now=lambda: NOON, pause=no_pause)
        theirs.close()
        async with asyncio.timeout(DEADLINE):
            assert await client.run(ours) == LOST

    asyncio.run(talk())


class House:
    """A room behind a listening socket, in the test's own loop."""

    def __init__(self, dialect: Dialect) -> None:
        self._room: Room[asyncio.StreamWriter] = Room(dialect)
        self.paper = Paper()  # what guests sent, so that a test can wait for it

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One guest."""
        self._perform(self._room.enter(writer))
        while chunk := await reader.read(65_536):
            self._perform(self._room.hear(writer, chunk))
            self.paper.show([("class:time", "12:03 "), ("", chunk.decode().strip())])
        self._perform(self._room.leave(writer))
        writer.close()

    def _perform(self, actions: list[Action[asyncio.StreamWriter]]) -> None:
        for action in actions:
            if isinstance(action, Send):
                for guest in action.recipients:
                    guest.write(action.data)
            else:
                action.guest.close()


@pytest.mark.parametrize("name", KNOWN)
def test_two_clients_talk_in_every_dialect(name: str) -> None:
    """Boris comes when Anna is inside; names that the server does not ask for are asked of the person."""
    dialect = KNOWN[name]

    async def come_in(house: House, address: tuple[str, int], called: str) -> tuple[Client, Paper, asyncio.Future[int]]:
        paper = Paper()
        client = Client(address, dialect, "", paper, Backoff(lambda: 0.0, lambda: 1.0), now=lambda: NOON, pause=no_pause)
        run = asyncio.ensure_future(client.run(socket.create_connection(address)))
        await paper.until(lambda: client.ready)
        if client.asking:
            assert client.typed(called)
            if dialect.named_by != "nobody":  # without framing, a text close behind the name would become a part of it
                await house.paper.has(called)
        await paper.until(lambda: client.ready)
        return client, paper, run

    async def talk() -> None:
        house = House(dialect)
        server = await asyncio.start_server(house.serve, "127.0.0.1", 0)
        async with server:
            address = server.sockets[0].getsockname()[:2]
            anna, annas, first = await come_in(house, address, "Анна")
            boris, bories, second = await come_in(house, address, "Борис")
            assert boris.typed("привет, Анна")
            signed = "" if dialect.author == "nobody" else "Борис: "
            await annas.has(f"{signed}привет, Анна")
            await bories.has(f"{signed or 'вы: '}привет, Анна")
            assert bories.lines.count(f"{signed or 'вы: '}привет, Анна") == 1
            boris.leave()
            async with asyncio.timeout(DEADLINE):
                assert await second == 0
            if dialect.left:
                await annas.has(f"· {dialect.left.replace('{name}', 'Борис')}")
            anna.leave()
            async with asyncio.timeout(DEADLINE):
                assert await first == 0

    asyncio.run(talk())
