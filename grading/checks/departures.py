"""Guests go, politely or not; the others stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from grading.chat import Chat
from grading.crowds import gather, scatter
from grading.eyes import Held
from grading.guests import Guest
from grading.lab import Lab
from grading.messages import N_, _
from grading.oracle import Said
from grading.plugin import check
from grading.seating import goes_on, over_the_network
from grading.stillness import Rest
from grading.story import departure_shown, known_again, nobody_misnamed
from grading.verdicts import CheckFailed, NotApplicable

GOING: Final = ("leave-quietly", "leave-abruptly")


@check("leave-quietly", needs="two-users-exchange", fresh=True, variants="multi-user select two-user")
def test_one_leaves_the_others_go_on(chat: Chat) -> None:
    """Один выходит из чата, остальные продолжают разговор."""
    _others_go_on(chat, Guest.leaves)


@check("leave-abruptly", needs="two-users-exchange", fresh=True, variants="multi-user select two-user")
def test_one_is_cut_off_the_others_go_on(chat: Chat) -> None:
    """У одного обрывается связь, остальные продолжают разговор."""
    _others_go_on(chat, Guest.vanishes)


def _others_go_on(chat: Chat, go: Callable[[Guest], None]) -> None:
    if chat.seats == 2:
        _the_other_stays(chat, go, _("собеседник ушёл"))
        if chat.dialect.turns == "alternate" and chat.dialect.transport == "tcp":  # until now it was not his turn
            chat.begin_anew()
            _the_other_stays(chat, go, _("ушёл тот, чья очередь говорить"), in_his_turn=True)
        return
    boris, vera, gleb = chat.join("Борис", "Вера", "Глеб")
    boris.says("мне пора")
    vera.hears("мне пора", by=boris)
    gleb.hears("мне пора", by=boris)
    go(boris)
    for author, hearer in ((vera, gleb), (gleb, vera), (vera, gleb)):
        author.says("остались мы вдвоём")
        hearer.hears("остались мы вдвоём", by=author)
        chat.settle()  # what the message did to the server takes effect before the next one


def _the_other_stays(chat: Chat, go: Callable[[Guest], None], when: str, *, in_his_turn: bool = False) -> None:
    boris, vera = chat.join("Борис", "Вера")
    boris.says("мне пора")
    vera.hears("мне пора", by=boris)
    leaver = vera if in_his_turn else over_the_network(boris, vera)
    go(leaver)
    goes_on(chat, vera if leaver is boris else boris)
    chat.rests(when)


@check("leave-mid-handshake", needs="starts", variants="multi-user select")
def test_one_vanishes_before_giving_a_name(chat: Chat) -> None:
    """Новичок пропадает, не назвав имени, остальные продолжают разговор."""
    if chat.dialect.named_by == "nobody":
        raise NotApplicable(_("имени сервер не спрашивает"))
    if chat.seats == 2:
        raise NotApplicable(_("в чате два места, и оба заняты"))
    boris, vera = chat.join("Борис", "Вера")
    if not all(chat.reaches(hearer, author.says("кто-то стучится")) for author, hearer in ((boris, vera), (vera, boris))):
        raise NotApplicable(_("двое не слышат друг друга и без этого"), because_of=("two-users-exchange",))
    hasty, hastier, shy = chat.connect("Торопыга"), chat.connect("Непоседа"), chat.connect("Молчун")
    hasty.leaves()
    hastier.vanishes()
    _answers_nothing(chat, shy)
    shy.leaves()
    for author, hearer in ((boris, vera), (vera, boris)) * 2:  # the first that is sent to somebody gone is still taken
        author.says("стучался и ушёл")
        hearer.hears("стучался и ушёл", by=author)
        chat.settle()
    (gleb,) = chat.join("Глеб")
    gleb.says("а я вошёл")
    boris.hears("а я вошёл", by=gleb)
    vera.says("заходи")
    gleb.hears("заходи", by=vera)


ENTERS = 5


def _answers_nothing(chat: Chat, shy: Guest) -> None:
    """He only ever presses Enter: he may be asked again, let in without a name, or sent away."""
    shy.excused = True
    hello = chat.wire.hello("")[0] or b" "
    for _again in range(ENTERS):
        if shy.link.ended:
            return
        shy.sends(hello)
        chat.settle()


@check("rejoin", needs="two-users-exchange", variants="multi-user select udp")
def test_one_comes_back_under_the_same_name(chat: Chat) -> None:
    """Вышедший возвращается под тем же именем."""
    boris, vera = chat.join("Борис", "Вера")
    before = boris.says("я на минуту")
    vera.hears("я на минуту", by=boris)
    boris.leaves()
    again = _is_known_again(chat, boris, before, vera)
    chat.settle()
    vera.says("и снова вместе")
    again.hears("и снова вместе", by=vera)


def _is_known_again(chat: Chat, boris: Guest, before: Said[Guest], vera: Guest) -> Guest:
    """Whoever is gone comes back under the same name, and is heard under it."""
    again = chat.come_back(boris)
    after = again.says("и снова вместе")
    vera.hears("и снова вместе", by=again)
    known_again(chat, vera, before, after)
    return again


@check("names-kept", needs="three-users-hear", variants="multi-user select udp", fresh=True)
def test_those_who_stay_keep_their_names(chat: Chat) -> None:
    """После чьего-то ухода остальные остаются под своими именами."""
    if chat.dialect.named_by == "nobody" or not (chat.dialect.author == "server" or chat.dialect.left):
        raise NotApplicable(_("имён сервер не показывает"))
    boris, vera, gleb = chat.join("Борис", "Вера", "Глеб")
    departure_shown(chat, vera)
    _say_in_turn(chat, boris, gleb)
    departure_shown(chat, boris)
    (dasha,) = chat.join("Даша")
    _say_in_turn(chat, gleb, dasha)


def _say_in_turn(chat: Chat, *authors: Guest) -> None:
    for author in authors:
        said = author.says("это я")
        if not all(chat.reaches(hearer, said) for hearer in authors if hearer is not author):
            unheard = _("после ухода остальные не слышат друг друга, и имён не видно")
            raise NotApplicable(unheard, because_of=(*GOING, "rejoin", "random-conversations"))
        chat.settle()
    if chat.dialect.author == "server":
        nobody_misnamed(chat)


COME_AND_GO = 10
FORGOTTEN = N_("сокеты и потоки ушедших не копятся")


@check("gone-are-forgotten", needs="three-users-hear", variants="multi-user select")
def test_those_who_left_are_forgotten(chat: Chat) -> None:
    """Двадцать человек вошли и вышли: сервер закрыл их сокеты и завершил их потоки."""
    if (before := chat.server.held()) is None:
        raise NotApplicable(_("здесь не видно, сколько у сервера сокетов и потоков"))
    boris, vera = chat.join("Борис", "Вера")
    was_busy = chat.settle(sure=True) is Rest.BUSY
    vera.leaves()
    for _again in range(2):
        _survived(chat)
        if not was_busy and chat.settle(sure=True) is Rest.BUSY:  # twenty such threads take a minute; the answer is clear
            raise CheckFailed(_(FORGOTTEN), _("человек вышел, а поток, который его слушал, крутится без остановки"))
        before = chat.server.held() or before  # by now a pool of threads is full: only what is added counts
        scatter(chat, gather(chat, COME_AND_GO))
    _survived(chat)

    def forgotten() -> bool:
        return not _leak(before, chat.server.held())

    for _again in range(2):  # whoever tidies up only when something is sent out is right, too
        if forgotten():
            return
        boris.says("никого не осталось?")
        chat.settle()
    if not chat.comes(forgotten):
        raise CheckFailed(_(FORGOTTEN), _leak(before, chat.server.held()))


def _survived(chat: Chat) -> None:
    if chat.server.exit_code() is not None:
        raise NotApplicable(_("сервер не пережил чьего-то ухода, и забывать уже некому"), because_of=GOING)


def _leak(before: Held, now: Held | None) -> str:
    """What has grown by half of those who came and went at least, "" if nothing."""
    if now is None:
        return ""
    grown = [
        what.format(old=old, new=new)
        for what, old, new in (
            (_("открытых сокетов: было {old}, стало {new}"), before.sockets, now.sockets),
            (_("потоков: было {old}, стало {new}"), before.threads, now.threads),
        )
        if new - old >= COME_AND_GO // 2
    ]
    left = _("ещё {n} человек вошли и вышли, и вот что осталось — {what}")
    return left.format(n=COME_AND_GO, what="; ".join(grown)) if grown else ""


@check("quit-word", needs="two-users-exchange")
def test_the_quit_word_ends_only_ones_own_session(chat: Chat) -> None:
    """Слово выхода завершает разговор только того, кто его сказал."""
    word = chat.dialect.quit
    if not word:
        raise NotApplicable(_("слова выхода у сервера не нашлось"))
    boris, *others = chat.join("Борис", "Вера") if chat.seats == 2 else chat.join("Борис", "Вера", "Глеб")
    before = boris.says("мне пора")
    others[0].hears("мне пора", by=boris)
    if chat.dialect.turns == "alternate":  # the word is said in his turn, like any other
        others[0].says("ну, пока")
        boris.hears("ну, пока", by=others[0])
    boris.sends(chat.wire.quit(boris.called))
    if chat.dialect.transport == "udp":
        chat.settle()  # there is nothing to hang up
    elif not chat.comes(lambda: boris.link.ended):
        raise CheckFailed(_("сервер прощается с тем, кто сказал «{word}»").format(word=word), _("сервер его не отключил"))
    boris.leaves()
    if chat.seats == 2:
        chat.rests(_("собеседник попрощался"))
        return
    vera, gleb = others
    for author, hearer in ((vera, gleb), (gleb, vera), (vera, gleb)):
        author.says("остались мы вдвоём")
        hearer.hears("остались мы вдвоём", by=author)
        chat.settle()
    if chat.dialect.named_by == "nobody":
        return
    chat.verify()
    try:
        _is_known_again(chat, boris, before, vera)
        chat.verify()
    except CheckFailed as failure:  # unless nobody can come back, however he left
        failure.because_of = ("rejoin",)
        raise


@check("join-notice", needs="starts", level="info")
def test_joining_is_announced(lab: Lab) -> str:
    """О входе нового участника сервер сообщает остальным."""
    if lab.dialect.transport == "console":
        raise NotApplicable(_("собеседник всего один"))
    return _in_its_words(lab.dialect.joined, _("сервер сообщает остальным, что кто-то вошёл"))


@check("leave-notice", needs="two-users-exchange", level="info")
def test_leaving_is_announced(lab: Lab) -> str:
    """Об уходе участника сервер сообщает остальным."""
    if not lab.dialect.left and lab.dialect.transport == "udp" and not lab.dialect.quit:
        raise NotApplicable(_("об уходе по UDP сервер не узнаёт"))
    if not lab.dialect.left and lab.seats == 2:
        raise NotApplicable(_("разговор двоих на этом окончен"))
    return _in_its_words(lab.dialect.left, _("сервер сообщает остальным, что кто-то вышел"))


def _in_its_words(notice: str, expected: str) -> str:
    if not notice:
        raise CheckFailed(expected, _("сервер об этом молчит"))
    return _("его словами: «{text}»").format(text=notice)
