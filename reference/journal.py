"""A room that keeps a journal: who came and from where, what he is called, whether he left or was let go, and why.

Everything it does is the Room's doing; it looks on, and says in a line what has happened. It knows no clock and no screen: who writes the
lines adds the time.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import datetime
from typing import Final

from reference.dialect import Dialect
from reference.framing import LONGEST_MESSAGE, frame
from reference.room import NO_NAME, TOO_LONG, Action, Address, Room, Send

CAME: Final = "пришёл"
NAMED: Final = "назвался"
QUIT: Final = "ушёл: попрощался"
LEFT: Final = "ушёл: закрыл соединение"
LOST: Final = "ушёл: соединение оборвалось"
ALONE: Final = "отпущен: собеседник ушёл"
SLOW: Final = "отпущен: не читает того, что ему шлют"
LONG: Final = "отпущен: слишком длинное сообщение"
NAMELESS: Final = "отпущен: так и не назвался"
NO_SEAT: Final = "не впущен: нет свободных мест"
STOPPED: Final = "отпущен: сервер останавливается"


class Journal(Room[socket.socket]):
    """A room of sockets that tells `write` what happens, in a line each.

    Args:
        dialect, seats, clock, longest: as for every Room.
        write: is given a line without its end: address, name if there is one, what happened. It must not wait.
    """

    def __init__(
        self,
        dialect: Dialect,
        seats: int | None,
        clock: Callable[[], datetime],
        longest: int = LONGEST_MESSAGE,
        *,
        write: Callable[[str], None],
    ) -> None:
        super().__init__(dialect, seats, clock, longest)
        self._write = write
        self._who: dict[socket.socket, str] = {}
        reasons = {TOO_LONG: LONG, NO_NAME: NAMELESS}
        self._reasons = {frame(words, dialect.framing, dialect.encoding): why for words, why in reasons.items()}
        self._pairs = dialect.turns == "alternate"

    def enter(self, guest: socket.socket, address: Address = ("127.0.0.1", 0)) -> list[Action[socket.socket]]:
        if guest not in self._who:
            self._who[guest] = shown(address)
            self._note(guest, CAME)
        return super().enter(guest, address)

    def hear(self, guest: socket.socket, data: bytes) -> list[Action[socket.socket]]:
        if not data:
            self._gone(guest, LEFT)  # before the room calls our `leave`, which would have to guess
        was_inside = guest in self._inside
        actions = super().hear(guest, data)
        if not was_inside and guest in self._inside:
            self._who[guest] += f" {self._inside[guest].name}"
            self._note(guest, NAMED)
        if guest in self._who and guest not in self._known:
            self._gone(guest, self._last_words(guest, actions) or QUIT)
        return actions

    def leave(self, guest: socket.socket) -> list[Action[socket.socket]]:
        why = ALONE if self._pairs and len(self._known) == 1 else SLOW
        actions = super().leave(guest)
        self._gone(guest, why if _connected(guest) else LOST)
        return actions

    def refuse(self, guest: socket.socket) -> list[Action[socket.socket]]:
        if guest not in self._who and _connected(guest):
            self._who[guest] = shown(guest.getpeername())
        self._gone(guest, NO_SEAT)
        return super().refuse(guest)

    def close(self) -> list[Action[socket.socket]]:
        for guest in [*self._who]:
            self._gone(guest, STOPPED)
        return super().close()

    def _note(self, guest: socket.socket, what: str) -> None:
        self._write(f"{self._who[guest]} {what}")

    def _gone(self, guest: socket.socket, why: str) -> None:
        if guest in self._who:
            self._note(guest, why)
            del self._who[guest]

    def _last_words(self, guest: socket.socket, actions: list[Action[socket.socket]]) -> str:
        """Why the room let him go, as far as it told him."""
        told = [action.data for action in actions if isinstance(action, Send) and action.recipients == (guest,)]
        return self._reasons.get(told[-1], "") if told else ""


def shown(address: Address) -> str:
    """An address as people write it: 127.0.0.1:9090, [::1]:9090."""
    host, port = (*map(str, address), "", "")[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _connected(guest: socket.socket) -> bool:
    try:
        guest.getpeername()
    except OSError:
        return False
    return True
