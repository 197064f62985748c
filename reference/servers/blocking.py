"""Two users taking turns: one thread, and every call waits.

Because it waits for one guest at a time, it hears nobody else meanwhile: nobody can speak out of turn, and that the other one has left is
noticed only at his turn. A third guest waits in the accept queue. When one of the two leaves, the other is told, both go, and the next two
are let in. It expects a room with `turns == "alternate"` and two seats: such a room knows whom to listen to.
"""

from __future__ import annotations

import socket
from typing import Final

from reference.room import Action, Room, Send
from reference.servers.doorstep import CHUNK, admit, part

PATIENCE: Final = 5.0  # seconds for a guest to take what he is sent: a blocking send to one who does not read would never return


def serve(listener: socket.socket, room: Room[socket.socket]) -> None:
    """Serve two guests after two until an exception (Ctrl-C) ends it; closes its guests, not the listener."""
    while True:
        guests: list[socket.socket] = []
        try:
            _seat(listener, room, guests)
            _talk(room, guests)
        finally:
            for guest in guests:
                part(guest)


def _seat(listener: socket.socket, room: Room[socket.socket], guests: list[socket.socket]) -> None:
    """Wait until two have come."""
    while len(guests) < 2:
        if admitted := admit(listener):
            guest, address = admitted
            guests.append(guest)
            perform(room.enter(guest, address), room, guests)


def _talk(room: Room[socket.socket], guests: list[socket.socket]) -> None:
    """Listen to whoever is awaited until one has left; then let the other go too."""
    while len(guests) == 2 and (guest := room.awaited()):
        chunk = _receive(guest)
        perform(room.hear(guest, chunk), room, guests)
    for guest in [*guests]:
        perform(room.leave(guest), room, guests)


def _receive(guest: socket.socket) -> bytes:
    try:
        return guest.recv(CHUNK)
    except OSError:
        return b""


def perform(actions: list[Action[socket.socket]], room: Room[socket.socket], guests: list[socket.socket]) -> None:
    """Do what the room says."""
    for action in actions:
        if isinstance(action, Send):
            for guest in action.recipients:
                if guest in guests and not _send(guest, action.data):
                    actions += room.leave(guest)  # the list grows while we go through it: the other is told at the end
        elif action.guest in guests:
            guests.remove(action.guest)
            part(action.guest)


def _send(guest: socket.socket, data: bytes) -> bool:
    """Send everything; False if the guest is gone, or does not read for PATIENCE seconds."""
    try:
        guest.settimeout(PATIENCE)
        guest.sendall(data)
        guest.settimeout(None)
    except OSError:
        return False
    return True
