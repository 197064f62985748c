"""Lines as /proc/PID/task/TID/syscall has them."""

from __future__ import annotations


def line(number: int, *arguments: int) -> bytes:
    """A line of /proc/PID/task/TID/syscall: number, six arguments, stack pointer, program counter."""
    six = [*arguments, *[0x7F00_1234_5678] * 6][:6]
    return " ".join([str(number), *map(hex, six), "0x7ffd0", "0x7f001"]).encode() + b"\n"


POINTER, MINUS_ONE = 0x7FFE_0000_1230, 0xFFFF_FFFF_FFFF_FFFF
INT_MINUS_ONE = 0xFFFF_FFFF  # how a 32-bit register shows -1
