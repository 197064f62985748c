"""The picture of bytes on their way: nothing is lost in it, and a letter is whole in it only where it is whole in one piece."""

import re
from xml.etree import ElementTree

from grading.lessons.pieces import pieces

SVG = "{http://www.w3.org/2000/svg}"


def letters(svg: str) -> list[str]:
    found = [text for text in ElementTree.fromstring(svg).iter(f"{SVG}text") if text.get("class") in (None, "bad")]
    return [text.text or "" for text in found]


def test_glued_messages_are_one_box_in_two_colours() -> None:
    shown = pieces([b"one", b"two"], [b"onetwo"])
    assert shown.text.splitlines() == ["отправлено [one] [two]", "получено   [onetwo]"]
    assert "".join(letters(shown.svg)) == "onetwoonetwo"
    assert shown.svg.count('class="box"') == 3
    assert re.findall(r'class="([abcd])"', shown.svg) == ["a", "b", "a", "b"]


def test_a_cut_letter_is_shown_as_what_decode_makes_of_it() -> None:
    data = "Ёж🙂".encode()
    assert letters(pieces([data], [data[:3], data[3:]]).svg) == ["Ё", "ж", "🙂", "Ё", "\ufffd", "\ufffd", "🙂"]
    assert letters(pieces([data], [data[:6], data[6:]]).svg)[3:] == ["Ё", "ж", *["\ufffd"] * 4]


def test_what_was_sent_cannot_become_markup() -> None:
    shown = pieces([b"<a>&\n"], [b"<a>&\n"])
    assert letters(shown.svg)[:5] == ["<", "a", ">", "&", "↵"]


def test_nothing_arrived() -> None:
    assert letters(pieces([b"a"], []).svg) == ["a"]
    assert letters(pieces([], []).svg) == []
