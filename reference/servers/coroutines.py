"""A coroutine for each guest, with `asyncio`: it reads like `threaded`, and runs like `polling`.

All coroutines share one thread, and another one runs only where this one awaits: so the room needs no lock, and nothing may wait except
by `await`. Where there is something already, `sock_recv` and `sock_accept` do not wait at all; `sleep(0)` before them lets the others have
their turn, or one guest who pours bytes in would keep the loop to himself. What the guests say in a few rounds of asyncio's loop, a turn,
is collected, and `deliver` sends it at the end, in one `send` for each guest. What his connection does not take waits until the loop says
that there is room again.
"""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from typing import Any, Final

from reference.room import Action, Room, Send
from reference.servers.doorstep import CHUNK, EXHAUSTED, PAUSE, UNSENT_LIMIT, part, prepare, see_off

# Rounds of the loop between the first word and the sending. It takes one to see that a guest has spoken, and one to wake his coroutine; so
# with three, who speaks while we hear the others is heard in the same turn. It halves what a message costs.
ROUNDS: Final = 3


def serve(listener: socket.socket, room: Room[socket.socket], unsent_limit: int = UNSENT_LIMIT) -> None:
    """Serve until an exception ends it; says goodbye to its guests, does not close the listener, which it makes non-blocking."""
    listener.setblocking(False)
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:  # the other loop, of Windows, cannot wait for room
        runner.run(_Switchboard(room, unsent_limit).run(listener))


class _Switchboard:
    """The room, and for each guest what could not be sent yet; beside it what this turn has said to whom."""

    def __init__(self, room: Room[socket.socket], unsent_limit: int) -> None:
        self.room = room
        self.unsent_limit = unsent_limit
        self.unsent: dict[socket.socket, bytes] = {}
        self.said: defaultdict[socket.socket, list[bytes]] = defaultdict(list)
        self.talks: set[asyncio.Task[None]] = set()

    async def run(self, listener: socket.socket) -> None:
        """Let guests in."""
        self.loop = asyncio.get_running_loop()
        try:
            while True:
                if admitted := await self.admit(listener):
                    talk = asyncio.create_task(self.talk(*admitted))
                    self.talks.add(talk)  # the loop itself would forget him
                    talk.add_done_callback(self.talks.discard)
        finally:
            self.close()

    async def admit(self, listener: socket.socket) -> tuple[socket.socket, Any] | None:
        """As `doorstep.admit`, without holding up the others."""
        try:
            await asyncio.sleep(0)
            guest, address = await self.loop.sock_accept(listener)
            prepare(guest)
        except ConnectionError:
            return None
        except OSError as error:
            if error.errno not in EXHAUSTED:
                raise
            await asyncio.sleep(PAUSE)
            return None
        return guest, address

    async def talk(self, guest: socket.socket, address: Any) -> None:
        """The life of one guest, in his own coroutine."""
        self.unsent[guest] = b""
        self.perform(self.room.enter(guest, address))
        while guest in self.unsent and (chunk := await self.receive(guest)):
            self.perform(self.room.hear(guest, chunk))
        self.perform(self.room.hear(guest, b""))
        part(guest)

    async def receive(self, guest: socket.socket) -> bytes:
        try:
            await asyncio.sleep(0)
            return await self.loop.sock_recv(guest, CHUNK)
        except OSError:
            return b""

    def perform(self, actions: list[Action[socket.socket]]) -> None:
        """Do what the room says; what it sends waits for the end of the turn."""
        for action in actions:
            if isinstance(action, Send):
                if not self.said:
                    self.deliver_after(ROUNDS)
                said, data = self.said, action.data  # what runs once for each delivery looks up as little as it can
                for guest in action.recipients:
                    said[guest].append(data)
            elif action.guest in self.unsent:
                self.flush(action.guest, self.said.pop(action.guest, []))
                del self.unsent[action.guest]
                self.loop.remove_writer(action.guest)
                _wake(action.guest)

    def deliver_after(self, rounds: int) -> None:
        if rounds:
            self.loop.call_soon(self.deliver_after, rounds - 1)
        else:
            self.deliver()

    def deliver(self) -> None:
        """Send what was said; and what is said about those who are let go on that occasion."""
        said, self.said = self.said, defaultdict(list)
        for guest, pieces in said.items():
            if guest in self.unsent and not self.flush(guest, pieces):
                self.perform(self.room.leave(guest))

    def flush(self, guest: socket.socket, pieces: list[bytes]) -> bool:
        """Send what can be sent without waiting and keep the rest; False if it is time to let the guest go."""
        before = self.unsent[guest]
        data = rest = b"".join([before, *pieces])
        try:
            rest = data[guest.send(data) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        if rest and not before:
            self.loop.add_writer(guest, self.catch_up, guest)
        elif before and not rest:
            self.loop.remove_writer(guest)
        self.unsent[guest] = rest
        return len(rest) <= self.unsent_limit

    def catch_up(self, guest: socket.socket) -> None:
        """There is room again."""
        if not self.flush(guest, []):
            self.perform(self.room.leave(guest))

    def close(self) -> None:
        """Say goodbye to all, and let them go."""
        self.perform(self.room.close())
        self.deliver()
        see_off(self.unsent)


def _wake(guest: socket.socket) -> None:
    """End the connection, so that his coroutine wakes up with an end of stream. The socket is its to close."""
    try:
        guest.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
