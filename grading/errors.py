"""What can go wrong with a run of `grade`: the one error a person has to correct, and the exit codes."""

from __future__ import annotations

from typing import Final

PASSED: Final = 0  # every submission reached the pass mark
NOT_PASSED: Final = 1
CONFIG: Final = 2  # the command line or a configuration is wrong
OURS: Final = 3  # something on our side failed


def worse(*codes: int) -> int:
    """The exit code that wins where several apply: 2 before 3 before 1."""
    return max(codes, key=(PASSED, NOT_PASSED, OURS, CONFIG).index)


class ConfigError(ValueError):
    """Something a person wrote cannot be used: a rubric, a lab.toml, the command line.

    Attributes:
        message: what is wrong and what would be right, in the reader's language.
        file: as the person named it; "" for the command line.
        line: 1-based; 0 where no single line is to blame.
    """

    def __init__(self, message: str, file: str = "", line: int = 0) -> None:
        super().__init__(message, file, line)  # all three: that is how the error survives the way back from a worker process
        self.message = message
        self.file = file
        self.line = line

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        return where + self.message
