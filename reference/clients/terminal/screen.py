"""The terminal of the comfortable client: prompt_toolkit reads and draws the line being typed, and lines that come are put above it.

For a line that comes, the line being typed is wiped, the new one is printed, and the other drawn again below, all in one go. The terminal
stays in raw mode meanwhile (`patch_stdout` would leave it for a moment, and a key pressed in that moment would stand amid the text). What
has scrolled by is the terminal's own, so its scrolling, searching and copying work as ever, and nothing has to be restored at the end but
the one line.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from typing import Final

from prompt_toolkit import PromptSession
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.output import Output
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from reference.clients.terminal.backoff import Backoff
from reference.clients.terminal.client import Client
from reference.clients.terminal.look import STYLES, Fragments
from reference.dialect import Dialect

INTERRUPTED: Final = 130  # what a shell reports for a program ended by Ctrl-C
GOODBYE: Final = 1.0  # seconds for the server's last words after ours; it has no more to say than what was on its way


def run(server: socket.socket, address: tuple[str, int], dialect: Dialect, name: str) -> int:
    """Talk until the person leaves or the server is lost.

    Args:
        server: a connected socket; ours to close.
        address: where to come back to if the connection breaks.
        dialect: how the server speaks.
        name: ours; "" to be asked.

    Returns:
        the exit code: 0, `client.LOST`, or INTERRUPTED.

    Raises:
        ValueError: a client cannot speak this dialect.
    """
    return asyncio.run(Screen(address, dialect, name).run(server))


class Screen:
    """A terminal with a line being typed at its foot. `input` and `output` are the real ones unless a test gives others."""

    def __init__(
        self, address: tuple[str, int], dialect: Dialect, name: str, *, input: Input | None = None, output: Output | None = None
    ) -> None:
        self.client = Client(address, dialect, name, self, Backoff(time.monotonic, random.random))
        self._lines: list[Fragments] = []
        self._showing: asyncio.Task[None] | None = None
        self._session: PromptSession[str] = PromptSession(
            lambda: "Ваше имя: " if self.client.asking else "> ",
            style=Style.from_dict(STYLES),
            bottom_toolbar=lambda: self.client.bar(self._columns(), get_cwidth),
            key_bindings=self._keys(),
            erase_when_done=True,
            input=input,
            output=output,
        )
        # A terminal that does not tell where its cursor is has no bar, and that is all: no reason for a warning amid the talk.
        self._session.app.renderer.cpr_not_supported_callback = None

    async def run(self, server: socket.socket) -> int:
        """The whole session; returns the exit code."""
        app = self._session.app
        conversation = asyncio.ensure_future(self.client.run(server))

        def end_with_it(_: object = None) -> None:
            if conversation.done() and app.is_running and not app.is_done:
                app.exit(result="")

        conversation.add_done_callback(end_with_it)
        try:
            await self._session.prompt_async(pre_run=end_with_it)  # it may be over before the prompt is there
            code = await conversation
        except EOFError:
            code = 0
        except KeyboardInterrupt:
            code = INTERRUPTED
        if self.client.leave():
            await asyncio.wait([conversation], timeout=GOODBYE)
        conversation.cancel()
        await asyncio.gather(conversation, return_exceptions=True)
        await self.shown()
        return code

    def show(self, shown: Fragments) -> None:
        """Put one line above the one being typed, together with all that come before it is its turn."""
        self._lines.append(shown)
        if self._showing is None or self._showing.done():
            self._showing = asyncio.ensure_future(self._print())

    async def shown(self) -> None:
        """All lines are on the screen."""
        if self._showing:
            await self._showing

    def refresh(self) -> None:
        """Draw the line being typed and the bar anew, soon."""
        self._session.app.invalidate()

    async def _print(self) -> None:
        app, renderer = self._session.app, self._session.app.renderer
        if app.is_running:
            # An answer to "where is the cursor?" that is on its way would be about a place that is no more.
            await renderer.wait_for_cpr_responses()
        text = FormattedText(piece for line in self._lines for piece in (*line, ("", "\n")))
        self._lines.clear()
        if app.is_running:
            renderer.erase()
        print_formatted_text(app.output, text, renderer.style, color_depth=app.color_depth)
        if app.is_running and not app.is_done:  # an answer after the end would be read by the shell
            renderer.request_absolute_cursor_position()
            app.invalidate()

    def _columns(self) -> int:
        return self._session.app.output.get_size().columns

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("enter", filter=has_focus(DEFAULT_BUFFER))
        def enter(event: KeyPressEvent) -> None:
            """Hand the line over; the prompt goes on, so nothing else that is being typed is ever lost."""
            buffer, named = event.current_buffer, not self.client.asking
            if not buffer.text.strip() or self.client.typed(buffer.text):
                buffer.reset(append_to_history=named)
                buffer.load_history_if_not_yet_loaded()  # now, and not at the next drawing: the arrow may be quicker

        return keys
