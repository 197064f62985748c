"""A failed conversation as a story: folded, its wrong step told, and what came set against what should have."""

from __future__ import annotations

import pytest

from grading import messages
from grading.reports.narrative import TOLD, names, parted, told
from grading.result import Event


@pytest.fixture(autouse=True)
def _russian() -> None:
    messages.use("ru")


def does(guest: str, what: str, text: str = "", *, by: str = "", wrong: str = "") -> Event:
    return Event(0.0, guest, what, text.encode(), len(text.encode()), text, by, wrong)


def story(*events: Event) -> list[str]:
    return [("✗ " if line.wrong else "") + line.text for line in told(events)]


LOST = (does("Борис", "says", "есть кто?"), does("Вера", "hears", "есть кто?", by="Борис", wrong="missing"))


def test_coming_in_is_one_line_and_a_question_for_the_name_does_not_part_it() -> None:
    come = [
        event
        for name in ("Борис", "Вера")
        for event in (does(name, "connects"), does(name, "hears", "NAME"), does(name, "names", name), does(name, "hears", "hi"))
    ]
    assert story(does("Молчун", "connects"), *come, *LOST) == [
        "Молчун подключается",
        "Борис, Вера входят",
        "Борис говорит: «есть кто?»",
        "✗ Вера: не пришло",
    ]


def test_thirty_guests_are_one_line() -> None:
    come = [does(f"Гость{n}", "connects") for n in range(30)]
    talk = [does(f"Гость{n}", "says", f"слово {n}") for n in range(30)]
    assert story(*come, *talk, *LOST)[:2] == [
        "Гость0, Гость1, Гость2 и ещё 27 подключаются",
        "Гость0, Гость1, Гость2 и ещё 28 говорят по очереди",  # Борис is one of them
    ]


def test_a_burst_is_one_line() -> None:
    burst = [does("Борис", "says", f"{n:03}") for n in range(200)]
    heard = [does("Вера", "hears", f"{n:03}", by="Борис") for n in range(199)]
    lost = does("Вера", "hears", "199", by="Борис", wrong="missing")
    assert story(*burst, *heard, lost) == [
        "Борис отправляет подряд 200 сообщений, от «000» до «199» — слышит Вера",
        "✗ Вера: не пришло: «199» (говорит Борис)",
    ]


def test_who_heard_it_stands_beside_what_was_said() -> None:
    said = does("Борис", "says", "привет\n")
    heard = [does(name, "hears", "Boris: привет", by="Борис") for name in ("Борис", "Вера", "Глеб")]
    assert story(said, *heard, does("Глеб", "leaves"), *LOST)[:2] == ["Борис говорит: «привет» — слышат Вера, Глеб", "Глеб выходит"]


def test_only_the_last_steps_up_to_the_first_wrong_one_are_told() -> None:
    talk = [does(name, "says", f"слово {n}") for n in range(10) for name in ("Борис", "Вера")]
    after = (does("Вера", "leaves"), does("Вера", "hears", "ещё", by="Борис", wrong="leaked"))
    told = story(*talk, *LOST, *after)
    assert len(told) == TOLD + 1
    assert told[0] == "до этого: 16 шагов"
    assert told[-1] == "✗ Вера: не пришло"


@pytest.mark.parametrize("kind", ["torn", "duplicated", "reordered", "leaked", "misattributed"])
def test_every_kind_of_wrong_has_its_words(kind: str) -> None:
    last = story(does("Вера", "hears", "привет", by="Борис", wrong=kind))[-1]
    assert last.startswith("✗ Вера: пришло")
    assert last.endswith(": «привет» (говорит Борис)")


def test_a_note_is_the_wrong_step_where_nothing_is_marked() -> None:
    note = Event(0.0, "", "note", text="сервер упал")
    assert story(does("Борис", "vanishes"), note) == ["Борис пропадает: связь оборвана", "✗ здесь пошло не так"]


def test_where_nothing_went_wrong_there_is_no_story() -> None:
    assert story(*LOST[:1]) == []
    assert story() == []
    assert parted([], "utf-8") is None


def test_half_letters_and_bytes_are_spelt_out_and_long_texts_cut() -> None:
    half = Event(0.0, "Борис", "sends", "ра".encode() + b"\xd0", 5, "ра\ufffd")
    rest = Event(0.0, "Борис", "sends", b"\xb7", 1, "\ufffd")
    long = does("Вера", "says", "а" * 3000)
    told = story(half, rest, long, *LOST)
    assert told[0] == "Борис отправляет по частям: «ра\\xd0», «\\xb7»"
    assert told[1] == f"Вера говорит: «{'а' * 40}…» (6000 байт)"


def test_hostile_names_and_texts_are_harmless() -> None:
    told = story(does("\x1b[31m", "says", "\x1b]0;x\x07"), does("\u202eX", "hears", "y", by="\x1bZ", wrong="missing"))
    assert not [char for line in told for char in line if char in "\x1b\x07\u202e"]
    assert names(["\x1b"]) == "\\x1b"


def test_what_came_is_set_against_what_was_missing() -> None:
    said = does("Борис", "says", "длинный текст до конца")
    lost = does("Вера", "hears", "длинный текст до конца", by="Борис", wrong="missing")
    before = does("Вера", "hears", "длинный что-то другое", by="Борис")  # came before it was said
    came = [does("Вера", "hears", "Boris: длинный те"), does("Глеб", "hears", "длинный текст до конца")]
    assert parted([before, said, lost, *came], "utf-8") == ("длинный текст до конца".encode(), "длинный те".encode())
    assert parted([before, said, lost], "utf-8") is None
    assert parted([said, lost, does("Вера", "hears", "1234567")], "utf-8") is None


def test_the_text_of_another_is_no_piece_of_this_one() -> None:
    said = [does("Борис", "says", "остались одни мы"), does("Глеб", "says", "остались одни вы")]
    lost = does("Вера", "hears", "остались одни мы", by="Борис", wrong="missing")
    assert parted([*said, lost, does("Вера", "hears", "остались одни вы", by="Глеб")], "utf-8") is None
