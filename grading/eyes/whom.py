"""For whom or what a thread waits, in words for the student."""

from __future__ import annotations

from typing import Final

from grading.messages import N_, _
from grading.threads import Thread
from grading.words import person

ANYBODY: Final = N_("кто-нибудь")
_WAITS_FOR: Final = {
    "recv": N_("данных от гостя, которого уже нет"),
    "accept": N_("нового подключения"),
    "lock": N_("другого потока: блокировки (Lock), очереди или его окончания (join)"),
    "select": N_("события на любом из своих сокетов"),
    "poll": N_("события на любом из своих сокетов"),
    "epoll": N_("события на любом из своих сокетов"),
    "sleep": N_("конца паузы sleep"),
    "busy": N_("ничего: цикл крутится без остановки"),
}


def waits_for(call: str, who: str, thread: Thread) -> str:
    """`call`: as in Waiting; `who`: the guest on whose socket, "" if none. Returns "" where there is nothing to say."""
    if who and (call in ("send", "write") or thread.writes):
        return _("пока {who} прочтёт то, что уже отправлено").format(who=person(who))
    if who and call in ("recv", "read", "poll"):  # poll: a socket with a time-out
        return _("пока {who} что-нибудь пришлёт").format(who=person(who))
    if call == "read" and thread.first == 0:
        return _("ввода с клавиатуры сервера")
    return _(_WAITS_FOR[call]) if call in _WAITS_FOR else ""
