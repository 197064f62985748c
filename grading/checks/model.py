"""Whatever people do in a chat, in whatever order, the Room knows what everybody must hear."""

from __future__ import annotations

from typing import Final

from grading.chat import Chat
from grading.play import manner, play
from grading.plugin import check
from grading.scenario import generate

STEPS: Final = 32
"""Steps of the random conversation. Of ten faults that need three or four steps in a certain order, 24 steps show 78 in 100, 32 show 89."""
STEPS_FOR_TWO: Final = 16
"""Nobody comes and goes there, so there is less to try."""
STEPS_WHERE_SLOW: Final = 8
"""With a server that answers only when a timer wakes it, a second a message perhaps, or that never rests, so that each look takes long."""


@check("random-conversations", needs="three-users-hear", fresh=True)
def test_random_conversations(chat: Chat) -> None:
    """Кто бы когда ни вошёл, ни заговорил и ни ушёл, слышно всем, кто в чате."""
    slow = chat.clock.timers_matter or chat.clock.suspected_busy
    count = STEPS_WHERE_SLOW if slow else STEPS_FOR_TWO if chat.seats == 2 else STEPS
    play(chat, generate(chat.dice, count, manner(chat)))
    chat.verify(authors=True)
