"""One person's side of the chat: what to send and what to show, and no input or output.

As the Room does for the servers, this does all thinking for the clients: `begin`, `typed` and `heard` give bytes to send, and `heard`
texts to show besides. Both sources hand in bytes as they read them, and `b""` is the keyboard's end. A client is then only a way of
waiting for a keyboard and a server.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from reference.dialect import Dialect
from reference.framing import LineReader, MessageTooLongError, frame, reader

# A stranger's message must not move our cursor or repaint our screen: control characters, escape first of all, become U+FFFD.
_HARMLESS: Final = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n\r"}


class Talk:
    """One conversation.

    Args:
        dialect: how the server speaks.
        name: ours; "" to have the person asked. The server's question is then shown, and the first line typed is the answer.
        keyboard: the encoding of what is typed.
    """

    def __init__(self, dialect: Dialect, name: str = "", keyboard: str = "utf-8") -> None:
        self._dialect = dialect
        self._name = name
        self._reader = reader(dialect.framing, dialect.encoding)
        self._keyboard = LineReader(keyboard)
        self._named = dialect.named_by == "nobody"
        self._answers = dialect.named_by == "prompt"  # we answer the first question ourselves; another one means: not that name
        self._held: deque[str] = deque()  # typed before the server was ready for it
        # Without framing, a text sent right behind the name would become a part of it: we wait until the name has been taken.
        self._welcomed = self._named or not dialect.welcome
        self._ended = False

    @property
    def finished(self) -> bool:
        """The keyboard has ended, and all that was typed is sent: the client ends its sending half, and listens on."""
        return self._ended and not self._held

    @property
    def ready(self) -> bool:
        """Whether it is our turn: a line typed now would be sent at once. Else the server has to ask or to welcome us first."""
        if not self._named:  # a line would be the name; where the server asks for it, wait for the question
            return not self._answers
        return self._welcomed

    def begin(self) -> bytes:
        """What to send at once on connecting: the name, where it is the first message and we know it already."""
        if self._dialect.named_by == "first-message" and self._name:
            return self._introduce(self._name)
        return b""

    def typed(self, chunk: bytes) -> bytes:
        """The person typed something, whole lines or not; `b""` is the end of his input. Returns what to send now, perhaps nothing yet."""
        if not chunk:
            self._ended = True
        try:
            for line in self._keyboard.feed(chunk) if chunk else self._keyboard.finish():
                if line.strip():
                    self._held.append(line)
        except MessageTooLongError:
            pass  # nobody types that; what was pasted before it is sent
        return self._release()

    def heard(self, chunk: bytes) -> tuple[list[str], bytes]:
        """The server sent `chunk`; `b""` is the end of the stream. Returns texts to show, and bytes to send."""
        show: list[str] = []
        reply = b""
        try:
            for text in self._reader.feed(chunk) if chunk else self._reader.finish():
                if self._is_question(text):
                    reply += self._answer(text, show)
                else:
                    self._welcomed = self._welcomed or self._named
                    show.append(text.rstrip("\r\n").translate(_HARMLESS))
        except MessageTooLongError:
            show.append("(слишком длинное сообщение пропущено)")
        return show, reply + self._release()

    def _is_question(self, text: str) -> bool:
        waiting = self._dialect.named_by == "prompt" and not (self._named and self._welcomed)
        return waiting and text.strip() == self._dialect.prompt.strip()

    def _answer(self, question: str, show: list[str]) -> bytes:
        if self._answers and self._name:
            self._answers = False
            return self._introduce(self._name)
        self._answers = False
        self._named = False
        self._name = ""
        show.append(question.strip())
        return b""

    def _introduce(self, name: str) -> bytes:
        self._name = name
        self._named = True
        return self._frame(name)

    def _release(self) -> bytes:
        """All held lines that may go now."""
        data = b""
        while self._held and self.ready:
            line = self._held.popleft()
            if not self._named:
                data += self._introduce(line)
            elif self._dialect.author == "client" and self._name:
                data += self._frame(f"{self._name}: {line}")
            else:
                data += self._frame(line)
        return data

    def _frame(self, text: str) -> bytes:
        return frame(text, self._dialect.framing, self._dialect.encoding)
