"""What people read: Russian in the source, English from a catalogue, through the calls of gettext.

In code write `_("Сервер не запустился")`; `_("{guest} ушёл").format(guest=guest)` with values (what a server or a guest said is only ever a
value: `format` reads it no second time); `ngettext("{n} балл", "{n} балла", n)` for numbers; and in a table that is translated when it is
shown, `N_("...")`. Never inside an f-string: there Babel does not look. A Symptom's text and the docstring of a check need no mark, a file
that is laid out as it is (`translated`) none either. Names of guests go through `words.person`. A check of a teacher's own that stands in
no catalogue stays as it is written.

Russian needs a catalogue only for the third form of its plurals. The catalogues are read as `.po` text, so there is nothing to compile.
Babel's own reader would do as well, but costs `grade --help` 30 ms more, a third, and everybody 32 MB. Babel (the extra
`test`) lists all messages, and brings what is new into a catalogue; what is to be extracted how says `[tool.babel]` in pyproject.toml:

    pybabel extract -F pyproject.toml -k N_ -k Symptom:1 --add-location file -o chat-lab.pot grading
    pybabel update --no-fuzzy-matching --ignore-obsolete -i chat-lab.pot -l en -o grading/locale/en/LC_MESSAGES/chat-lab.po

tests/grading/test_translations.py names each string that is bare, untranslated or left over.
"""

from __future__ import annotations

import ast
import gettext as _gettext
import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("ru", "en")

Entry = tuple[str, tuple[str, ...]]

RUSSIAN: Final = re.compile("[А-Яа-яЁё]")


def _plural_ru(n: int) -> int:
    if n % 10 == 1 and n % 100 != 11:
        return 0
    return 1 if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14 else 2


def _plural_en(n: int) -> int:
    return 0 if n == 1 else 1


_PLURALS: Final[dict[str, Callable[[int], int]]] = {"ru": _plural_ru, "en": _plural_en}


def entries(po: str) -> Iterator[Entry]:
    """Read the text of a .po file: (msgid, its translations), one for a plain message, one per plural form otherwise.

    Comments and msgid_plural are skipped: the forms are numbered. Untranslated messages (an empty msgstr) are left out.
    """
    msgid, forms, target = "", list[str](), ""
    for raw in [*po.splitlines(), 'msgid ""']:  # the sentinel hands out the last entry
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        keyword, quote, rest = line.partition('"')
        text = ast.literal_eval(quote + rest)
        if keyword := keyword.strip():
            target = keyword
        if keyword == "msgid":
            if msgid and any(forms):
                yield msgid, tuple(forms)
            msgid, forms = text, []
        elif keyword.startswith("msgstr"):
            forms.append(text)
        elif target == "msgid":
            msgid += text
        elif target.startswith("msgstr"):
            forms[-1] += text


class Catalogue(_gettext.NullTranslations):
    """One language, read from its .po file; what it does not know comes back as it is written in the code."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self.lang = lang
        self._plural = _PLURALS[lang]
        source = files("grading").joinpath("locale", lang, "LC_MESSAGES", "chat-lab.po")
        self._forms: dict[str, tuple[str, ...]] = dict(entries(source.read_text(encoding="utf-8")))

    def gettext(self, message: str) -> str:
        return self._forms.get(message, (message,))[0]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        forms = self._forms.get(msgid1, (msgid1, msgid2))
        return forms[min(self._plural(n), len(forms) - 1)]


_current: Catalogue | None = None


def use(lang: str) -> None:
    """Speak this language from now on, in this process. Raises KeyError for one that is not in LANGUAGES."""
    global _current  # noqa: PLW0603  (gettext.install does the same; a command has one reader)
    _current = Catalogue(lang)


def _translations() -> Catalogue:
    if _current is None:
        use("ru")
    assert _current is not None
    return _current


def language() -> str:
    """The language spoken now, one of LANGUAGES."""
    return _translations().lang


def _(message: str) -> str:
    """The message in the reader's language."""
    return _translations().gettext(message)


def N_(message: str) -> str:
    """Mark a message of a table for translation; `_` translates it when it is shown."""
    return message


def translated(text: str) -> str:
    """A whole file in the reader's language: each of its lines with Russian in it is a message, but for the blanks around it."""
    lines = text.splitlines(keepends=True)
    return "".join(line.replace(bare, _(bare)) if RUSSIAN.search(bare := line.strip()) else line for line in lines)


def ngettext(one: str, few: str, n: int, **values: object) -> str:
    """The message in the form this number asks for, with {n} and the other values filled in."""
    return _translations().ngettext(one, few, n).format(n=n, **values)
