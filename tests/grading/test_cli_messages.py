"""Russian in the source, English from the catalogue: nothing is missing, nothing is left over, every placeholder is there."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest

import grading
from grading import messages

MARKS = {"_", "N_", "ngettext", "Symptom"}


def strings_of(path):
    """The strings marked for translation in one source file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS and node.args:
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


HOUSE = Path(grading.__file__).parent
TEMPLATES = "".join(path.read_text(encoding="utf-8") for path in HOUSE.rglob("*.j2"))
IN_TEMPLATES = set(re.findall(r'\b(?:_|ngettext)\("([^"]+)"', TEMPLATES))
IN_CODE = IN_TEMPLATES | {text for path in HOUSE.rglob("*.py") for text in strings_of(path)}


def catalogue(lang):
    po = files("grading").joinpath("locale", lang, "LC_MESSAGES", "chat-lab.po").read_text(encoding="utf-8")
    return dict(messages.entries(po))


@pytest.fixture(autouse=True)
def _russian_again():
    yield
    messages.use("ru")


def test_every_string_has_its_english():
    assert IN_CODE - set(catalogue("en")) == set()


def test_the_catalogue_has_no_string_that_the_code_lost():
    assert set(catalogue("en")) - IN_CODE == set()
    assert set(catalogue("ru")) - IN_CODE == set()


def test_placeholders_survive_translation():
    for text, forms in catalogue("en").items():
        for form in forms:
            assert sorted(set(re.findall(r"\{\w+\}", form))) == sorted(set(re.findall(r"\{\w+\}", text))), text


def test_the_english_is_english():
    letters = {char for forms in catalogue("en").values() for form in forms for char in form if "а" <= char.lower() <= "я" or char in "Ёё"}
    assert letters == set()


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
