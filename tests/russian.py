"""The Russian of the course and of the kit, word by word: where it stands, whether hunspell knows it, whether its ё is in place.

hunspell's ru_RU takes е for ё everywhere. So a word with an е is asked about once more with ё in its place: if that is a word as well, the
ё was forgotten, unless tests/russian_e.txt says that here it is another word (все, чем). tests/russian_words.txt has the words that
hunspell does not know, each with one that has the same endings.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tempfile
import tokenize
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from grading.lessons.files import read
from grading.lessons.terms import terms
from grading.messages import LANGUAGES, entries

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
_WORD = re.compile(r"[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*")
_CODE = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)]*\)|<[^>\n]*>", re.S)

Place = tuple[str, str]
"""Where a text stands, and the text."""


def texts() -> Iterator[Place]:
    """All there is: notebooks, the assignment, files to start from, the glossary, messages of both packages."""
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        yield from _notebook(path)
    for path in [ROOT / "labs" / "README.md", *sorted((ROOT / "grading" / "starting").glob("**/*.md"))]:
        for number, line in enumerate(_CODE.sub(_blank, path.read_text(encoding="utf-8")).split("\n"), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line
    for term in terms().values():
        yield "grading/lessons/glossary.toml", f"{term.word} {term.meaning}"
    yield from _messages()
    yield from _strings(ROOT / "reference")


def _notebook(path: Path) -> Iterator[Place]:
    for number, cell in enumerate(read(path)["cells"], 1):
        where, source = f"{path.name}, cell {number}", cell["source"]
        if cell["cell_type"] == "markdown":
            yield where, _CODE.sub(" ", source)
        else:
            yield from ((where, text) for text in _said_in(re.sub(r"^%%.*$", "", source)))


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _said_in(program: str) -> Iterator[str]:
    """Comments, docstrings and other strings of a program."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(program).readline):
            if token.type in (tokenize.COMMENT, tokenize.STRING) or token.type == getattr(tokenize, "FSTRING_MIDDLE", -1):
                yield re.sub(r"\\[nrt]", " ", token.string)
    except (tokenize.TokenError, SyntaxError):
        yield program


def _messages() -> Iterator[Place]:
    """All messages of the grader: tests/grading/test_translations.py sees to it that the catalogues have them all, and no others."""
    for lang in LANGUAGES:
        po = (ROOT / "grading" / "locale" / lang / "LC_MESSAGES" / "chat-lab.po").read_text(encoding="utf-8")
        for message, forms in entries(po):
            for text in (message,) if lang == "en" else forms:
                yield "a message", _CODE.sub(" ", text)


def _strings(folder: Path) -> Iterator[Place]:
    """Strings of a package that speaks nothing but Russian."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


# -- words


def words() -> dict[str, str]:
    """Every word as it is written, in small letters unless it is a name -> the first place it stands at."""
    found: dict[str, str] = {}
    for where, text in texts():
        for match in _WORD.finditer(text.replace("\u0301", "")):
            found.setdefault(match[0], where)
    return found


def unknown(wanted: Iterable[str]) -> set[str]:
    """Those that neither hunspell nor our list knows. Raises FileNotFoundError without hunspell."""
    asked = sorted(set(wanted))
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder, "words")
        own.write_text("\n".join(listed("russian_words.txt")) + "\n", encoding="utf-8")
        command = ["hunspell", "-d", "ru_RU", "-i", "utf-8", "-p", str(own), "-l"]
        done = subprocess.run(command, input="\n".join(asked), capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


def listed(name: str) -> list[str]:
    """The words of a list beside this file; "#" begins a remark."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [word for line in lines for word in line.partition("#")[0].split()]


def parts(word: str) -> list[str]:
    """A word with hyphens is known if its parts are; single letters are no words."""
    return [part for part in word.split("-") if len(part) > 1]


def misspelt(found: Iterable[str]) -> set[str]:
    """Words nobody knows."""
    strange = unknown(part for word in found for part in parts(word))
    return {word for word in found if strange.intersection(parts(word))}


def without_yo(found: Collection[str]) -> dict[str, str]:
    """Words in which an е should be a ё, or might be -> how they are written then."""
    meant, here = set(listed("russian_e.txt")), {part.lower() for word in found for part in parts(word)}
    possible = dict(variant for word in found for part in parts(word) if part.lower() not in meant for variant in _with_yo(part, word))
    wrong = unknown(possible) - here
    return {word: right for right, word in possible.items() if right not in wrong}


def _with_yo(part: str, word: str) -> Iterator[tuple[str, str]]:
    """What this part of a word would be with a ё: (that, the word)."""
    if "ё" in part.lower():
        return
    for at, letter in enumerate(part.lower()):
        if letter == "е":
            yield part[:at].lower() + "ё" + part[at + 1 :].lower(), word


if __name__ == "__main__":
    everything = words()
    for word in sorted(misspelt(everything)):
        print(f"{everything[word]}: {word}")
    for word, right in sorted(without_yo(everything).items()):
        print(f"{everything[word]}: {word}, {right}?")
