"""`grade --new`: what it lays out runs, is graded, lacks what the student is to write, and is what labs/template is."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

from grading import messages, starting
from grading.cli import main
from grading.engine import grade
from grading.errors import ConfigError
from grading.options import Options
from grading.result import Verdict
from grading.rubrics import BUILT_IN
from grading.submission import find

TEMPLATE = Path(__file__).parents[2] / "labs" / "template"


def test_the_template_of_the_labs_is_what_is_laid_out() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATE.iterdir() if path.is_file()}
    del there["expected.toml"]  # for the tests of the labs
    assert starting.lab("multi-user", "labs/template") == there


@pytest.mark.parametrize("variant", starting.VARIANTS)
def test_every_variant_has_its_lab(tmp_path: Path, variant: str) -> None:
    folder = tmp_path / "labs" / "student_x"
    starting.lay_out(folder, variant)
    assert {path.name for path in folder.iterdir()} == {"server.py", "client.py", "lab.toml", "README.md"}
    assert tomllib.loads((folder / "lab.toml").read_text(encoding="utf-8"))["variant"]["name"] == variant
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert f"grade {folder.as_posix()}" in readme
    assert f"`{variant}`" in readme
    for name in ("server.py", "client.py"):
        source = (folder / name).read_text(encoding="utf-8")
        ast.parse(source)
        assert "TODO 1" in source
    assert not [text for text in starting.lab(variant, "x").values() if "{variant}" in text or "{folder}" in text]


@pytest.mark.parametrize("variant", starting.VARIANTS)
def test_in_english_it_is_the_same_programs_with_english_words(variant: str) -> None:
    russian = starting.lab(variant, "x")
    messages.use("en")
    try:
        english = starting.lab(variant, "x")
    finally:
        messages.use("ru")
    assert not [name for name, text in english.items() if messages.RUSSIAN.search(text)]
    assert tomllib.loads(english["lab.toml"]) == tomllib.loads(russian["lab.toml"])
    for name in ("server.py", "client.py"):
        assert _without_strings(english[name]) == _without_strings(russian[name])
        assert english[name].count("TODO") == russian[name].count("TODO")


def _without_strings(source: str) -> str:
    """The program with every string, of documentation too, empty; comments are no part of it."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@pytest.mark.linux
@pytest.mark.parametrize("variant", [variant for variant in starting.VARIANTS if variant in BUILT_IN])
def test_it_runs_and_does_not_pass_yet(tmp_path: Path, variant: str) -> None:
    starting.lay_out(tmp_path / "lab", variant)
    (submission,) = find(tmp_path / "lab")
    report = grade(submission, Options())
    verdicts = {check.id: check.verdict for check in report.checks}
    assert report.variant == variant
    assert verdicts["starts"] is verdicts["uses-socket"] is Verdict.PASSED
    assert verdicts["two-users-exchange"] is Verdict.FAILED
    assert 20 <= report.score < 60
    assert not report.infra


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "server.py").write_text("mine")
    with pytest.raises(ConfigError, match="здесь уже что-то лежит"):
        starting.lay_out(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["server.py"]
    assert (tmp_path / "server.py").read_text() == "mine"


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    starting.lay_out(tmp_path)
    assert (tmp_path / "server.py").exists()


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "student_x")
    assert main(["--new", folder, "--variant", "udp"]) == 0
    assert f"grade {folder}" in capsys.readouterr().out
    assert main(["--new", folder]) == 2
    assert "здесь уже что-то лежит" in capsys.readouterr().err
    assert main(["--new", str(tmp_path / "other"), "--variant", "selct"]) == 2
    assert "Может быть, «select»?" in capsys.readouterr().err
    assert not (tmp_path / "other").exists()


def test_a_place_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="заготовку сюда не записать"):
        starting.lay_out(tmp_path / "file" / "lab")
