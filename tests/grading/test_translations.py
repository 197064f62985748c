"""No Russian is left bare: what the source says against what Babel extracts, and Babel's word on the catalogues."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from grading import messages

ROOT = Path(__file__).parents[2]
GRADING = ROOT / "grading"
MARKS = {"_": 1, "N_": 1, "ngettext": 2, "Symptom": 1}
"""Whose first so many arguments are messages."""
LINES = {
    "replay/script.py",
    *(f"starting/{name}/{side}.py" for name in ("multi-user", "select", "two-user", "udp") for side in ("server", "client")),
}
"""Files each of whose lines is a message."""
TALK = {"says", "hears", "join", "connect", "arrive", "cut_in_two", "glue", "sit_down", "name", "compile", "search"}
"""Methods that are given names and words of guests, or patterns for what students write."""
_QUESTIONS = (
    *("_WORDS_FOR_NAME", "_ANSWERS", "_FOR_WORDS", "_NAME", "_ROLE", "_OTHER_ROLE", "_ITEM", "_IN_WORDS", "_BY_KEYS", "_DEFAULT"),
    *("_AWAY", "_GO_IN", "_NOT_IN", "_OR", "(_YES, _NO)"),
)
UNTRANSLATED = {
    "conversation.py": {"GO_ON": "a guest says it", "connect": "his name"},
    "checks/stream.py": {"test_two_messages_in_one_send": "a guest says them"},
    "interview_talk.py": {"_passes_on": "a guest says it"},
    "keyboard.py": {name: "what questions mention" for name in _QUESTIONS},
    "lessons/states.py": {"ANNA": "a name", "BORIS": "a name", "_SAID": "guests say it"},
    "lessons/talks.py": {"_EXAMPLES": "steps are told in the language of the notebooks"},
    "own_clients.py": {"_NAMED": "names are keys", "_say": "a person types it"},
    "reports/console.py": {"speaks_russian": "whether there are such letters"},
    "advice.py": {"_CAME": "what is looked for, in both languages"},
    "scenario.py": {"NAMES": "names, spelt for the reader where they are shown", "PLAIN": "guests say them", "ODD": "guests say them"},
    "submission/client_programs.py": {"_KINDS": "what students' programs mention"},
    "symptoms/seen.py": {"SEEN": "patterns; a message is matched in both languages"},
    "symptoms/by_check.py": {"BY_CHECK": "patterns; a message is matched in both languages"},
    "words.py": {"_SYLLABLES": "of guests' words", "_CYRILLIC": "letters"},
}
"""File -> the constant or function with Russian strings nobody is to translate -> why."""


def sources() -> list[tuple[str, ast.Module]]:
    paths = sorted(path for path in GRADING.rglob("*.py") if path.relative_to(GRADING).as_posix() not in LINES)
    return [(path.relative_to(GRADING).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def strings(node: ast.AST, place: str = "") -> Iterator[tuple[str, str]]:
    """(where it stands, string) of the Russian ones that are no messages, no docstrings and no words of guests; where: the innermost
    function or the constant of the module."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        place = node.name
    elif isinstance(node, ast.Assign | ast.AnnAssign) and not place:
        place = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and messages.RUSSIAN.search(node.value):
        yield place, node.value
    children = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in TALK:
            return
        marked = MARKS.get(node.func.id, 0) if isinstance(node.func, ast.Name) else 0
        children = [*([] if marked else [node.func]), *node.args[marked:], *node.keywords]
    for child in children:
        yield from strings(child, place)


def test_no_string_is_left_in_russian() -> None:
    bare = {(file, place, text) for file, tree in sources() for place, text in strings(tree)}
    assert sorted((file, place, text) for file, place, text in bare if place not in UNTRANSLATED.get(file, {})) == []
    known = {(file, place) for file, places in UNTRANSLATED.items() for place in places}
    assert known - {(file, place) for file, place, _ in bare} == set()  # and the list holds nothing that is not there


def test_a_bare_string_would_be_found() -> None:
    tree = ast.parse('def f(x):\n    "Документ."\n    raise E(_("а {x}").format(x=x), f"сервер {x}", N_("б"), "в", guest.says("г"))\n')
    assert [text for _, text in strings(tree)] == ["сервер ", "в"]


def test_nobody_hides_the_function_that_translates() -> None:
    """In Python a function that assigns to `_` somewhere, as in `for _ in ...`, cannot call the global one."""
    functions = [(file, node) for file, tree in sources() for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for file, function in functions:
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name) and node.id == "_"]
        called = {id(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
        stored = any(isinstance(name.ctx, ast.Store) for name in names)
        assert not (stored and any(id(name) in called for name in names)), (file, function.name)


# -- the catalogues, by Babel


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What `pybabel extract` finds, called as messages.py says."""
    target = tmp_path_factory.mktemp("babel") / "chat-lab.pot"
    keywords = ["-k", "N_", "-k", "Symptom:1"]
    mapping, output = ["-F", str(ROOT / "pyproject.toml")], ["-o", str(target)]
    CommandLineInterface().run(["pybabel", "-q", "extract", *mapping, *keywords, *output, str(GRADING)])
    with target.open("rb") as file:
        return read_po(file)


def catalogue(lang: str) -> Catalog:
    with (GRADING / "locale" / lang / "LC_MESSAGES" / "chat-lab.po").open("rb") as file:
        return read_po(file, locale=lang, abort_invalid=True)


def by_id(found: Catalog) -> dict[str, Message]:
    return {_ids(message)[0]: message for message in found if message.id}


def _ids(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_babel_finds_every_marked_string(template: Catalog) -> None:
    """Inside an f-string it does not look: such a message would never be translated."""
    marked = {
        node.args[0].value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS and node.args
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }
    assert marked - set(by_id(template)) == set()


def test_english_has_every_message_and_no_other(template: Catalog) -> None:
    english = catalogue("en")
    assert set(by_id(template)) - set(by_id(english)) == set()
    assert set(by_id(english)) - set(by_id(template)) == set()
    assert english.obsolete == {}
    for message in by_id(english).values():
        assert all(_forms(message)), message.id
        assert not message.fuzzy, message.id
        assert not any(messages.RUSSIAN.search(form) for form in _forms(message)), message.id


def test_russian_has_the_third_form_of_every_plural_and_nothing_else(template: Catalog) -> None:
    plurals = {id for id, message in by_id(template).items() if message.pluralizable}
    russian = by_id(catalogue("ru"))
    assert set(russian) == plurals
    for id, message in russian.items():
        assert _forms(message)[:2] == _ids(message), id


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_forms_and_placeholders_are_right(lang: str) -> None:
    found = catalogue(lang)
    assert found.num_plurals == {"ru": 3, "en": 2}[lang]
    for message in by_id(found).values():
        assert len(_forms(message)) == (found.num_plurals if message.pluralizable else 1), message.id
        assert not list(message.check(found)), message.id
        places = {place for id in _ids(message) for place in re.findall(r"\{\w*\}", id)}
        for form in _forms(message):
            assert set(re.findall(r"\{\w*\}", form)) == places, message.id


@pytest.mark.parametrize("lang", messages.LANGUAGES)
def test_our_reader_reads_what_babels_does(lang: str) -> None:
    po = (GRADING / "locale" / lang / "LC_MESSAGES" / "chat-lab.po").read_text(encoding="utf-8")
    assert dict(messages.entries(po)) == {id: _forms(message) for id, message in by_id(catalogue(lang)).items()}
