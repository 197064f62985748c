"""The three ways a check ends other than passing; each makes the plugin do something different."""

from __future__ import annotations


class CheckFailed(Exception):
    """The server did otherwise than it should. Both texts are for the student."""

    def __init__(self, expected: str, actual: str) -> None:
        super().__init__(f"{expected} / {actual}")
        self.expected, self.actual = expected, actual


class NotApplicable(Exception):
    """This dialect or variant has no such thing."""


class Infra(Exception):
    """Our side failed: the machine was too slow, the sandbox broke. Tried again; never the student's zero."""
