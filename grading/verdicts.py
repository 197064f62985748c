"""The three ways a check ends other than passing; each makes the plugin do something different."""

from __future__ import annotations


class CheckFailed(Exception):
    """The server did otherwise than it should. Both texts are for the student.

    Attributes:
        because_of: ids of checks; if one of them failed, that was what was seen here, and this one is blocked by it.
    """

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"{expected} / {actual}")
        self.expected, self.actual = expected, actual
        self.because_of: tuple[str, ...] = ()


class NotApplicable(Exception):
    """This dialect or variant has no such thing; or a fault that is another check's affair kept us from seeing it."""

    def __init__(self, why: str, *, because_of: tuple[str, ...] = ()) -> None:
        """`because_of`: ids of the checks whose affair that fault may be. If one of them failed, this one is blocked by it."""
        super().__init__(why)
        self.because_of = because_of


class Infra(Exception):
    """Our side failed: the machine was too slow, the sandbox broke. Tried again; never the student's zero."""
