"""A dialect by name or from a file; what is wrong with it is said in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.dialect import KNOWN, Dialect
from reference.dialects_toml import LARGEST_FILE, DialectError, load


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_dialect_goes_by_its_name(name: str) -> None:
    assert load(name) is KNOWN[name]


@pytest.mark.parametrize("heading", ["", "[dialect]\n", "\ufeff[launch]\nfile = 'a.py'\n[dialect]\n"], ids=["top", "table", "lab.toml"])
def test_a_file_gives_the_fields_it_has(heading: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'{heading}prompt = "Имя?"\necho = true\nnamed_by = "prompt"\n', encoding="utf-8")
    assert load(str(file)) == Dialect(prompt="Имя?", echo=True, named_by="prompt")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("promt = 'x'", "строка 1: неизвестное поле 'promt'; может быть, prompt?"),
        ("quit = 'x'\n[launch]\necho = 1\n\n[dialect]\n# речь\n\"echo\" = 1\n", "строка 7: echo должно быть true или false"),
        ("prompt = 'x'\n  turns = 'any'", "строка 2: turns бывает free, alternate"),
        ("echo = true\nencoding = 'utf-16'", "строка 2: кодировка utf-16"),
        ('"a\\u001b[2J" = 1', r"\x1b"),
        ("turns = 'any'", "free, alternate"),
        ("turns = ['free']", "free, alternate"),
        ("echo = 1", "true или false"),
        ("prompt = 1", "строкой"),
        ("dialect = 1", "разделом"),
        ("encoding = 'utf-16'", "кодировка utf-16"),
        ("prompt = x", "line 1"),
        ("x = " + "[" * 2000, "вложенность"),
        ("#" * (LARGEST_FILE + 1), "больше 64 КиБ"),
    ],
)
def test_a_wrong_file_is_told_by_name_and_reason(text: str, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DialectError) as caught:
        load(str(file))
    message = str(caught.value)
    assert message.startswith(f"{file}: ")
    assert complaint in message
    assert message.isprintable()


def test_bytes_that_are_no_text_are_told_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"prompt = '\xff'")
    with pytest.raises(DialectError, match="utf-8"):
        load(str(file))


@pytest.mark.parametrize(("word", "complaint"), [("linse", "lines?"), ("none.toml", "такого файла нет"), ("./none", "такого файла нет")])
def test_what_is_not_there_is_told(word: str, complaint: str) -> None:
    with pytest.raises(DialectError) as caught:
        load(word)
    assert complaint in str(caught.value)
