"""One thread for all guests, with `selectors`. Fast: the system keeps the list of them, and all a turn says to one is one `send`."""

from __future__ import annotations

import socket
from collections import defaultdict
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from typing import Any

from reference.room import Action, Room, Send
from reference.servers.doorstep import CHUNK, UNSENT_LIMIT, admit, part, see_off


def serve(listener: socket.socket, room: Room[socket.socket], unsent_limit: int = UNSENT_LIMIT) -> None:
    """Serve until an exception ends it; says goodbye to its guests, does not close the listener, which it makes non-blocking."""
    listener.setblocking(False)
    switchboard = _Switchboard(room, unsent_limit)
    switchboard.selector.register(listener, EVENT_READ)
    try:
        while True:
            switchboard.turn(listener)
    finally:
        switchboard.close()


class _Switchboard:
    """The room, and for each guest what could not be sent yet; beside it what this turn has said to whom."""

    def __init__(self, room: Room[socket.socket], unsent_limit: int) -> None:
        self.room = room
        self.unsent_limit = unsent_limit
        self.unsent: dict[socket.socket, bytes] = {}
        self.said: defaultdict[socket.socket, list[bytes]] = defaultdict(list)
        self.selector = DefaultSelector()

    def turn(self, listener: socket.socket) -> None:
        """Wait until somebody comes, speaks, leaves or can take more; then attend to all of them."""
        for patience in (None, 0, 0):  # and two more looks: who has spoken while we heard the others belongs to the same turn
            for key, events in self.selector.select(patience):
                source: Any = key.fileobj
                if source is listener:
                    self.welcome(listener)
                elif source in self.unsent:  # else he was let go a moment ago, on somebody else's account
                    if events & EVENT_WRITE:
                        self.said[source].append(b"")  # nothing new, but the rest
                    if events & EVENT_READ:
                        self.attend(source)
        self.deliver()

    def welcome(self, listener: socket.socket) -> None:
        """Let one guest in."""
        if admitted := admit(listener):
            guest, address = admitted
            guest.setblocking(False)
            self.unsent[guest] = b""
            self.selector.register(guest, EVENT_READ)
            self.perform(self.room.enter(guest, address))

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
        """Do what the room says; what it sends waits for the end of the turn."""
        for action in actions:
            if isinstance(action, Send):
                said, data = self.said, action.data  # what runs once for each delivery looks up as little as it can
                for guest in action.recipients:
                    said[guest].append(data)
            elif action.guest in self.unsent:
                self.flush(action.guest, self.said.pop(action.guest, []))
                del self.unsent[action.guest]
                self.selector.unregister(action.guest)
                part(action.guest)

    def deliver(self) -> None:
        """Send what was said; and what is said about those who are let go on that occasion."""
        while self.said:
            said, self.said = self.said, defaultdict(list)
            for guest, pieces in said.items():
                if guest in self.unsent and not self.flush(guest, pieces):
                    self.perform(self.room.leave(guest))

    def flush(self, guest: socket.socket, pieces: list[bytes]) -> bool:
        """Send what can be sent without waiting and keep the rest; False if it is time to let the guest go."""
        before = self.unsent[guest]
        data = rest = b"".join([before, *pieces] if before else pieces)
        try:
            rest = data[guest.send(data) :]
        except BlockingIOError:
            pass
        except OSError:
            return False
        if bool(rest) != bool(before):
            self.selector.modify(guest, EVENT_READ | EVENT_WRITE if rest else EVENT_READ)
        self.unsent[guest] = rest
        return len(rest) <= self.unsent_limit

    def close(self) -> None:
        """Say goodbye to all, and let them go."""
        self.perform(self.room.close())
        self.deliver()
        self.selector.close()
        see_off(self.unsent)
