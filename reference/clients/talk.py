"""One person's side of the chat: what to send and what to show, and no input or output.

As the Room does for the servers, this does all thinking for the clients: `begin`, `typed` and `heard` give bytes to send, and `heard`
texts to show besides. Both sources hand in bytes as they read them, and `b""` is the keyboard's end. A client is then only a way of
waiting for a keyboard and a server.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from reference.dialect import Dialect
from reference.framing import PLAIN, LineReader, MessageTooLongError, frame, reader, reads_lines, sends_lines

# A stranger's message must not move our cursor or repaint our screen: control characters, escape first of all, become U+FFFD. So do a
# lone carriage return, which would let it write over what stands to its left, and the marks that turn the direction of writing round.
_CONTROLS: Final = (*range(32), *range(127, 160), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_HARMLESS: Final = {code: "\ufffd" for code in _CONTROLS if chr(code) not in "\t\n"}


def harmless(text: str) -> str:
    """The text with nothing in it that a terminal would obey, but for tabs and newlines."""
    return text.replace("\r\n", "\n").translate(_HARMLESS)


def unspoken(dialect: Dialect) -> str:
    """Why our clients cannot talk to such a server, in words for the person; "" if they can."""
    if dialect.transport != "tcp":
        return f"клиент говорит только по TCP, а не по {dialect.transport}"
    if dialect.framing not in PLAIN or dialect.says.lstrip().startswith('{"'):
        return f"клиент понимает только простой текст: framing {', '.join(PLAIN)}, а says без JSON"
    if dialect.then:
        return "клиент умеет только назвать себя: поле then он выполнить не может"
    return "" if "{text}" in dialect.says else "в says нет места {text}"


class Talk:
    """One conversation.

    Args:
        dialect: how the server speaks.
        name: ours; "" to have the person asked. The server's question is then shown, and the first line typed is the answer.
        keyboard: the encoding of what is typed.

    Raises:
        ValueError: a client cannot speak so (see `unspoken`), or the encoding is of no use (see `framing.reader`).
    """

    def __init__(self, dialect: Dialect, name: str = "", keyboard: str = "utf-8") -> None:
        if reason := unspoken(dialect):
            raise ValueError(reason)
        self._dialect = dialect
        self._name = name
        self._reader = reader("lines" if sends_lines(dialect.framing) else "none", dialect.encoding)
        self._keyboard = LineReader(keyboard)
        self._writes_name = dialect.author == "client" and dialect.says == "{text}"
        self._named = dialect.named_by == "nobody" and bool(name or not self._writes_name)
        self._answers = dialect.named_by == "prompt"  # we answer the first question ourselves; another one means: not that name
        self._held: deque[str] = deque()  # typed before the server was ready for it
        # Without framing, a text sent right behind the name would become a part of it: we wait until the name has been taken.
        self._welcomed = self._named or not dialect.welcome
        self._ended = False

    @property
    def name(self) -> str:
        """Ours as far as we know it: the one given or typed; "" if none, or if the server did not take it."""
        return self._name

    @property
    def named(self) -> bool:
        """Whether a line typed now would be a message, and not our name."""
        return self._named

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
                    show.append(harmless(text.rstrip("\r\n")))
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
        hello = "" if self._dialect.named_by == "nobody" else self._dialect.hello
        return self._frame(hello.replace("{name}", name)) if hello else b""

    def _release(self) -> bytes:
        """All held lines that may go now."""
        data = b""
        while self._held and self.ready:
            line = self._held.popleft()
            if not self._named:
                data += self._introduce(line)
            elif self._writes_name and self._name:
                data += self._frame(f"{self._name}: {line}")
            else:
                before, _, after = self._dialect.says.partition("{text}")
                data += self._frame(before.replace("{name}", self._name) + line + after.replace("{name}", self._name))
        return data

    def _frame(self, text: str) -> bytes:
        return frame(text, "lines" if reads_lines(self._dialect.framing) else "none", self._dialect.encoding)
