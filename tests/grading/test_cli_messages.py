"""Russian in the source, English from the catalogue, numbers right in both; whether all is there, test_translations.py asks."""

import pytest

from grading import messages


@pytest.fixture(autouse=True)
def _russian_again():
    yield
    messages.use("ru")


@pytest.mark.parametrize(
    ("n", "russian", "english"),
    [
        (0, "0 баллов", "0 points"),
        (1, "1 балл", "1 point"),
        (2, "2 балла", "2 points"),
        (5, "5 баллов", "5 points"),
        (11, "11 баллов", "11 points"),
        (21, "21 балл", "21 points"),
        (104, "104 балла", "104 points"),
        (112, "112 баллов", "112 points"),
    ],
)
def test_numbers_in_both_languages(n, russian, english):
    messages.use("ru")
    assert messages.ngettext("{n} балл", "{n} балла", n) == russian
    messages.use("en")
    assert messages.ngettext("{n} балл", "{n} балла", n) == english


def test_an_unknown_string_stays_russian():
    messages.use("en")
    assert messages._("нет такой строки") == "нет такой строки"
    assert messages._("зачёт") == "passed"


def test_a_po_file_is_read_as_translators_tools_write_it():
    po = """
# a comment
msgid ""
msgstr "Language: en\\n"

#, fuzzy
msgid "одна "
"строка"
msgstr ""
"one\\n"
"line"

msgid "{n} балл"
msgid_plural "{n} балла"
msgstr[0] "{n} point"
msgstr[1] "{n} points"

msgid "не переведено"
msgstr ""
"""
    assert list(messages.entries(po)) == [("одна строка", ("one\nline",)), ("{n} балл", ("{n} point", "{n} points"))]
