"""One thread that waits for all guests at once, with `select.select`.

Nothing here waits but the one `select`: sockets are non-blocking, and what a connection does not take stays in `unsent` until `select`
says that there is room again. Everything for one guest in one turn of the loop goes out in one `send`. `select` is the oldest of its kind
and works everywhere, but it cannot watch a descriptor numbered 1024 or higher: those guests are told that there is no seat.
"""

from __future__ import annotations

import os
import select
import socket
from typing import Final

from reference.room import Action, Room, Send
from reference.servers.doorstep import CHUNK, UNSENT_LIMIT, admit, part, see_off

# FD_SETSIZE of POSIX systems, less one: the last number is kept free, so that there is a descriptor left to say no with where the system
# allows us just 1024. Windows counts sockets (512 in CPython) and has numbers of any size.
LAST_DESCRIPTOR: Final = 1022
MOST_ON_WINDOWS: Final = 510


def serve(listener: socket.socket, room: Room[socket.socket], unsent_limit: int = UNSENT_LIMIT) -> None:
    """Serve until an exception ends it; says goodbye to its guests, does not close the listener, which it makes non-blocking."""
    listener.setblocking(False)
    switchboard = _Switchboard(room, unsent_limit)
    try:
        while True:
            switchboard.turn(listener)
    finally:
        switchboard.close()


class _Switchboard:
    """The room, and for each guest what could not be sent yet."""

    def __init__(self, room: Room[socket.socket], unsent_limit: int) -> None:
        self.room = room
        self.unsent_limit = unsent_limit
        self.unsent: dict[socket.socket, bytearray] = {}

    def turn(self, listener: socket.socket) -> None:
        """Wait until somebody comes, speaks, leaves or can take more; then attend to all of them."""
        behind = [guest for guest, backlog in self.unsent.items() if backlog]
        readable, _, _ = select.select([listener, *self.unsent], behind, [])
        for source in readable:
            if source is listener:
                self.welcome(listener)
            elif source in self.unsent:  # else he was let go a moment ago, on somebody else's account
                self.attend(source)
        for guest in [guest for guest, backlog in self.unsent.items() if backlog]:
            if guest in self.unsent and not self.flush(guest):
                self.perform(self.room.leave(guest))

    def welcome(self, listener: socket.socket) -> None:
        """Let one guest in, if `select` can watch him."""
        admitted = admit(listener)
        if admitted is None:
            return
        guest, address = admitted
        guest.setblocking(False)
        fits = self.can_watch(guest)
        self.unsent[guest] = bytearray()
        self.perform(self.room.enter(guest, address) if fits else self.room.refuse(guest))

    def can_watch(self, guest: socket.socket) -> bool:
        """Whether `select` takes one more, and this descriptor."""
        return len(self.unsent) < MOST_ON_WINDOWS if os.name == "nt" else guest.fileno() <= LAST_DESCRIPTOR

    def attend(self, guest: socket.socket) -> None:
        """Hear what a guest says."""
        try:
            chunk = guest.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        self.perform(self.room.hear(guest, chunk))

    def perform(self, actions: list[Action[socket.socket]]) -> None:
        """Do what the room says."""
        for action in actions:
            if isinstance(action, Send):
                for guest in action.recipients:
                    if guest in self.unsent:
                        self.unsent[guest] += action.data
            elif action.guest in self.unsent:
                self.flush(action.guest)
                del self.unsent[action.guest]
                part(action.guest)

    def flush(self, guest: socket.socket) -> bool:
        """Send what can be sent without waiting and keep the rest; False if it is time to let the guest go."""
        backlog = self.unsent[guest]
        try:
            del backlog[: guest.send(backlog)]
        except BlockingIOError:
            pass
        except OSError:
            return False
        return len(backlog) <= self.unsent_limit

    def close(self) -> None:
        """Say goodbye to all, and let them go."""
        self.perform(self.room.close())
        see_off(self.unsent)
