"""Nobody has to wait for anybody else."""

from __future__ import annotations

from collections.abc import Callable

from grading.chat import Chat
from grading.crowds import catches_up, clog, must_be_woken
from grading.guests import Guest
from grading.messages import _
from grading.plugin import check
from grading.verdicts import CheckFailed, NotApplicable


@check("silent-newcomer", needs="three-users-hear", variants="multi-user select")
def test_a_silent_newcomer_delays_nobody(chat: Chat) -> None:
    """Молчащий новичок не задерживает остальных."""
    silent = chat.connect()  # and says nothing
    boris = chat.arrive("Борис")
    _goes_on(chat, silent, lambda: not chat.server.unaccepted())
    chat.settle()
    chat.introduce(boris)
    (vera,) = chat.join("Вера")
    if silent.link.ended:  # put out for his silence
        silent = chat.connect("Тихоня")
    said = boris.says("есть кто?")
    _goes_on(chat, silent, lambda: said.data in vera.heard)
    vera.hears("есть кто?", by=boris)


def _goes_on(chat: Chat, silent: Guest, came: Callable[[], bool]) -> None:
    """Raises CheckFailed where the server first waits to the end of its patience for somebody silent."""
    if chat.kept_waiting(silent, came):
        expected = _("пока {guest} молчит, остальные входят и говорят без задержки").format(guest=silent)
        raise CheckFailed(expected, _("сервер ждёт, что скажет {guest}, и до остальных ему дела нет").format(guest=silent))


@check("silent-user", needs="three-users-hear", variants="multi-user select udp")
def test_nobody_has_to_speak_for_others_to_be_heard(chat: Chat) -> None:
    """Кто только слушает, не задерживает разговор остальных."""
    (molchun,) = chat.join("Молчун")
    boris, vera = chat.join("Борис", "Вера")
    (tikhonya,) = chat.join("Тихоня")
    for author, hearer in ((boris, vera), (vera, boris), (vera, boris), (boris, vera), (boris, vera)):
        author.says("они слушают")
        hearer.hears("они слушают", by=author)
    if chat.outwait():
        boris.says("мы всё ещё здесь")
        for hearer in (vera, molchun, tikhonya):
            hearer.hears("мы всё ещё здесь", by=boris)


@check("slow-reader", needs="three-users-hear", variants="multi-user select", fresh=True)
def test_one_who_does_not_read_costs_the_others_nothing(chat: Chat) -> None:
    """Гость, который не читает, не мешает разговору остальных."""
    slow = _("сервер отвечает не сразу, и наговорить столько, чтобы это проверить, нельзя за разумное время")
    if chat.clock.timers_matter:
        raise NotApplicable(slow)
    (boris,) = chat.join("Борис")
    sonya = chat.arrive("Соня", reads=False)
    chat.settle()
    chat.introduce(sonya)
    (vera,) = chat.join("Вера")
    if must_be_woken(chat, boris, vera):
        raise NotApplicable(slow)
    meanwhile = clog(chat, boris, vera, sonya)
    for author, hearer in ((boris, vera), (vera, boris)):
        meanwhile.append(author.says("Соня не читает, а мы говорим").data)
        hearer.hears("Соня не читает, а мы говорим", by=author)
    catches_up(chat, boris, sonya, meanwhile)
