"""Two users taking turns: one thread, and every call waits.

Because it waits for one guest at a time, it hears nobody else meanwhile: nobody can speak out of turn, and that the other one has left is
noticed only at his turn. A third guest waits in the accept queue. When one of the two leaves, the other is told, both go, and the next two
are let in. It expects a room with `turns == "alternate"` and two seats: such a room knows whom to listen to.
"""

from __future__ import annotations

import socket
from typing import Final

from reference.room import Action, Room, Send
from reference.servers.doorstep import CHUNK, admit, part, see_off

PATIENCE: Final = 5.0  # seconds for a guest to take what he is sent: a blocking send to one who does not read would never return


def serve(listener: socket.socket, room: Room[socket.socket], patience: float = PATIENCE) -> None:
    """Serve two guests after two until an exception ends it; says goodbye to its guests, does not close the listener."""
    switchboard = _Switchboard(room, patience)
    try:
        while True:
            switchboard.seat(listener)
            switchboard.talk()
    finally:
        switchboard.close()


class _Switchboard:
    """The room, and the two who are here."""

    def __init__(self, room: Room[socket.socket], patience: float) -> None:
        self.room = room
        self.patience = patience
        self.guests: list[socket.socket] = []

    def seat(self, listener: socket.socket) -> None:
        """Wait until two have come."""
        while len(self.guests) < 2:
            if admitted := admit(listener):
                guest, address = admitted
                self.guests.append(guest)
                self.perform(self.room.enter(guest, address))

    def talk(self) -> None:
        """Listen to whoever is awaited until one has left; then let the other go too."""
        while len(self.guests) == 2 and (guest := self.room.awaited()):
            chunk = _receive(guest)
            self.perform(self.room.hear(guest, chunk))
        self.adjourn()

    def adjourn(self) -> None:
        """Nobody is left to talk to: let go whoever is here."""
        for guest in [*self.guests]:
            self.perform(self.room.leave(guest))

    def perform(self, actions: list[Action[socket.socket]]) -> None:
        """Do what the room says."""
        for action in actions:
            if isinstance(action, Send):
                for guest in action.recipients:
                    if guest in self.guests and not self.send(guest, action.data):
                        actions += self.room.leave(guest)  # the list grows while we go through it: the other is told at the end
            elif action.guest in self.guests:
                self.guests.remove(action.guest)
                part(action.guest)

    def send(self, guest: socket.socket, data: bytes) -> bool:
        """Send everything; False if the guest is gone, or does not read for too long."""
        try:
            guest.settimeout(self.patience)
            guest.sendall(data)
            guest.settimeout(None)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Say goodbye to all, and let them go."""
        words = {guest: action.data for action in self.room.close() if isinstance(action, Send) for guest in action.recipients}
        see_off({guest: words.get(guest, b"") for guest in self.guests})


def _receive(guest: socket.socket) -> bytes:
    try:
        return guest.recv(CHUNK)
    except OSError:
        return b""
