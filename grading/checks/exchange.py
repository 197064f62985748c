"""What one says reaches the others: the assignment itself."""

from __future__ import annotations

from grading.chat import Chat
from grading.crowds import gather
from grading.guests import Guest
from grading.messages import _
from grading.own_clients import OwnClients
from grading.plugin import check
from grading.story import author_shown, nobody_misnamed
from grading.verdicts import NotApplicable


@check("two-users-exchange", needs="starts", level="must")
def test_two_users_exchange_messages(chat: Chat) -> None:
    """Двое слышат друг друга."""
    boris, vera = chat.join("Борис", "Вера")
    boris.says("привет, как дела?")
    vera.hears("привет, как дела?", by=boris)
    vera.says("хорошо, а у тебя?")
    boris.hears("хорошо, а у тебя?", by=vera)
    boris.says("тоже неплохо")
    vera.hears("тоже неплохо", by=boris)


@check("author-is-known", needs="two-users-exchange")
def test_the_reader_can_tell_who_spoke(chat: Chat) -> None:
    """Видно, кто автор сообщения."""
    if chat.dialect.author not in ("server", "label"):
        raise NotApplicable(_("имя автора ставит не сервер"))
    if chat.dialect.transport == "console":
        raise NotApplicable(_("собеседник всего один"))
    boris, vera = chat.join("Борис", "Вера")
    authors = [boris, vera] if chat.seats == 2 else [boris, *chat.join("Глеб")]
    for turn in (1, 2):
        for author in authors:
            hearer = boris if author is vera else vera
            author.says(f"это пишу я, {turn}-й раз")
            hearer.hears(f"это пишу я, {turn}-й раз", by=author)
    author_shown(chat)


@check("three-users-hear", needs="two-users-exchange", level="must", variants="multi-user select udp")
def test_three_users_hear_each_other(chat: Chat) -> None:
    """Каждый из троих слышит двух других."""
    boris, vera, gleb = guests = chat.join("Борис", "Вера", "Глеб")
    for author in (boris, vera, gleb, gleb, boris):
        author.says("слышно меня?")
        for hearer in guests:
            if hearer is not author:
                hearer.hears("слышно меня?", by=author)


@check("late-joiner-hears", needs="three-users-hear", level="must", variants="multi-user select udp")
def test_a_late_joiner_takes_part(chat: Chat) -> None:
    """Вошедший позже участвует в разговоре наравне со всеми."""
    boris, vera = chat.join("Борис", "Вера")
    boris.says("начнём без опоздавших")
    vera.hears("начнём без опоздавших", by=boris)
    vera.says("начали")
    boris.hears("начали", by=vera)
    (gleb,) = chat.join("Глеб")
    vera.says("вот и третий")
    gleb.hears("вот и третий", by=vera)
    boris.hears("вот и третий", by=vera)
    gleb.says("я здесь")
    boris.hears("я здесь", by=gleb)
    vera.hears("я здесь", by=gleb)


@check("all-speak-at-once", needs="three-users-hear", variants="multi-user select udp")
def test_all_speak_at_once(chat: Chat) -> None:
    """Все говорят одновременно, и никто ничего не теряет."""
    guests = chat.join("Борис", "Вера", "Глеб", "Даша")
    for turn in (1, 2):
        with chat.server.frozen():  # what is said while it stands still is said at one moment
            for author in guests:
                author.says(f"говорим хором, {turn}-й раз")
        for author in guests:
            for hearer in guests:
                if hearer is not author:
                    hearer.hears(f"говорим хором, {turn}-й раз", by=author)
        chat.settle()


@check("thirty-users-hear", needs="three-users-hear", variants="multi-user select udp", fresh=True)
def test_thirty_users_hear_each_other(chat: Chat) -> None:
    """Тридцать человек в чате, и каждого слышат все."""
    guests = [*chat.join("Борис"), *gather(chat, 29)]
    for author in (guests[0], guests[-1]):
        author.says("всем видно?")
        for hearer in guests:
            if hearer is not author:
                hearer.hears("всем видно?", by=author)


@check("namesakes", needs="three-users-hear", level="info", variants="multi-user select")
def test_namesakes(chat: Chat) -> None:
    """Тёзка никому не мешает, и тому, чьё имя он назвал, тоже."""
    if chat.dialect.named_by == "nobody":
        raise NotApplicable(_("имён сервер не знает"))
    gleb, dasha = chat.join("Глеб", "Даша")
    namesakes = [chat.connect(gleb.name), chat.connect(gleb.name)]
    for namesake in namesakes:  # he may be let in, called otherwise, asked for another name or sent away
        namesake.excused = True
        if not namesake.link.ended:
            chat.introduce(namesake, gleb.called)
    _are_not_disturbed(chat, gleb, dasha)
    for namesake in namesakes:
        namesake.leaves()
    _are_not_disturbed(chat, gleb, dasha)


def _are_not_disturbed(chat: Chat, gleb: Guest, dasha: Guest) -> None:
    chat.survives(_("сервер работает и после того, как кто-то пришёл под занятым именем"))
    if gleb.link.ended:  # who comes last may have taken over
        return
    for author, hearer in ((gleb, dasha), (dasha, gleb)):
        author.says("тёзка не мешает")
        hearer.hears("тёзка не мешает", by=author)
        chat.settle()
    if chat.dialect.author == "server":
        nobody_misnamed(chat)


@check("own-clients-chat", needs="starts")
def test_own_clients_chat(clients: OwnClients) -> None:
    """Ваши клиенты слышат друг друга: что набрано в одном окне, появляется в остальных."""
    clients.sit_down("Борис", "Вера", "Глеб")
    clients.talk()
