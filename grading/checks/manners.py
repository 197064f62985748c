"""How the server behaves as a program."""

from __future__ import annotations

from grading.chat import Chat
from grading.messages import _
from grading.plugin import check
from grading.seating import over_the_network


@check("no-busy-loop", needs="two-users-exchange")
def test_no_processor_time_is_burnt_in_silence(chat: Chat) -> None:
    """Пока все молчат, сервер не занимает процессор, в том числе после чьего-то ухода."""
    boris, vera = chat.join("Борис", "Вера")
    chat.rests(_("все молчат"))
    first = over_the_network(boris, vera)
    first.leaves()
    chat.rests(_("один вышел, второй молчит"))
    second = vera if first is boris else boris
    if not second.at_keyboard:
        second.leaves()
        chat.burns_nothing(_("оба вышли"))


@check("restart", needs="starts", variants="multi-user select two-user")
def test_the_server_starts_again_at_once(chat: Chat) -> None:
    """Остановленный сервер можно тут же запустить снова на том же порту."""
    first = chat.join("Борис", "Вера")[0]
    if first.at_keyboard:  # till he speaks, the server leaves unread what the other sent: such a connection is reset, and holds no port
        first.says("сейчас вернусь")
        chat.settle()
    chat.restart()


@check("stops-on-interrupt", needs="starts", fresh=True)
def test_ctrl_c_ends_the_server(chat: Chat) -> None:
    """Ctrl-C завершает сервер за две секунды, даже если в чате есть люди."""
    chat.join("Борис", "Вера")
    chat.interrupt()
