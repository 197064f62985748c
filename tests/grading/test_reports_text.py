"""Nothing a student writes reaches a screen as anything but visible text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.reports.text import encodable, hidden, json_safe, safe, safe_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("привет, Ёжик 🙂 — «да»", "привет, Ёжик 🙂 — «да»"),
        ("\x1b[2J\x07", r"\x1b[2J\x07"),
        ("\x9b31m\x7f", r"\x9b31m\x7f"),
        ("a\nb\rc\td\0", r"a\nb\rc\td\x00"),
        ("\u202eabc\u2066\u200f\ufeff", r"\u202eabc\u2066\u200f\ufeff"),
        ("\udcff", r"\udcff"),
        ("\u2028\U000e0041", r"\u2028\U000e0041"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("[red]no markup[/red] :smile:", "[red]no markup[/red] :smile:"),
    ],
)
def test_hidden_characters_are_spelt_out_and_the_rest_stays(text, shown):
    assert safe(text) == shown


@given(st.text(st.characters(codec=None)))
def test_what_comes_out_is_harmless_and_can_be_encoded(text):
    shown = safe(text)
    assert not any(hidden(char) for char in shown)
    shown.encode("utf-8")


@given(st.text(st.characters(codec=None)))
def test_json_keeps_the_value_and_is_harmless_too(text):
    encoded = json_safe(json.dumps(text, ensure_ascii=False))
    assert json.loads(encoded) == text
    assert not any(hidden(char) for char in encoded)


def test_lines_stay_lines():
    assert safe_lines("a\tb\r\nc\x1b\n") == ["a   b", r"c\x1b", ""]


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("utf-8", "│ ✓ «да» — … ━┓"), ("cp866", '│ + "да" - ... -+'), ("cp1251", "| + «да» — … -+"), ("ascii", '| + "??" - ... -+')],
)
def test_a_poorer_console_gets_plain_stand_ins(encoding, shown):
    assert encodable("│ ✓ «да» — … ━┓", encoding) == shown
    shown.encode(encoding)
