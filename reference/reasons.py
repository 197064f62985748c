"""Why the system said no, in words for people."""

from __future__ import annotations

import errno
import socket
from typing import Final

_REASONS: Final = {
    errno.EADDRINUSE: "порт уже занят; другой можно выбрать через --port",
    errno.EADDRNOTAVAIL: "это не адрес этого компьютера",
    errno.EACCES: "на этот порт нужны права администратора",
    errno.ECONNREFUSED: "там никто не слушает",
    errno.ETIMEDOUT: "никто не ответил",
    errno.EHOSTUNREACH: "туда нет дороги",
    errno.ENETUNREACH: "туда нет дороги",
}


class CommandError(Exception):
    """The command line asks for what cannot be done; its text says so in one line."""


def reason(error: Exception) -> str:
    """What an OSError, or the UnicodeError of an impossible address, means."""
    if isinstance(error, socket.gaierror | UnicodeError):
        return "нет такого адреса"
    if isinstance(error, TimeoutError):
        return _REASONS[errno.ETIMEDOUT]
    number = error.errno if isinstance(error, OSError) else None
    return _REASONS.get(number or 0, str(error))
