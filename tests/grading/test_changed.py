"""`grade --changed`: which submissions a real repository says were touched, and that nothing it names is run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from grading.changed import since
from grading.cli import main
from grading.errors import ConfigError
from grading.submission import find

SERVER = (Path(__file__).parents[2] / "labs" / "student_threaded" / "server.py").read_text(encoding="utf-8")


def git(repository: Path, *words: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.invalid")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *who, *words], cwd=repository, env=environment, check=True, capture_output=True, timeout=60)


@pytest.fixture
def labs(tmp_path: Path) -> Path:
    """A repository with three labs, committed."""
    for name in ("student_anna", "student_boris", "student_вера и ко"):
        (tmp_path / "labs" / name).mkdir(parents=True)
        (tmp_path / "labs" / name / "server.py").write_text(SERVER)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "start")
    return tmp_path / "labs"


def touched(labs: Path, revision: str = "HEAD") -> list[str]:
    return [Path(submission.path).name for submission in since(revision, labs, find(labs))]


def test_what_was_committed_edited_added_deleted_and_moved(labs: Path) -> None:
    assert touched(labs) == []
    (labs / "student_anna" / "server.py").write_text(SERVER + "\n")
    assert touched(labs) == ["student_anna"]
    git(labs, "commit", "--quiet", "--all", "--message", "edit")
    assert touched(labs) == []
    assert touched(labs, "HEAD~1") == ["student_anna"]
    (labs / "student_boris" / "util.py").write_text("x = 1\n")
    assert touched(labs) == ["student_boris"]
    git(labs, "add", "--all")
    git(labs, "commit", "--quiet", "--message", "more")
    (labs / "student_boris" / "util.py").unlink()
    assert touched(labs) == ["student_boris"]
    (labs / "student_boris" / "util.py").write_text("x = 1\n")
    git(labs, "mv", "student_boris/util.py", "student_вера и ко/util.py")
    assert touched(labs) == ["student_boris", "student_вера и ко"]


def test_a_file_and_what_lies_with_it(labs: Path) -> None:
    for name in ("one.py", "two.py"):
        (labs / name).write_text("import util\n" + SERVER)
    (labs / "util.py").write_text("x = 1\n")
    git(labs, "add", "--all")
    git(labs, "commit", "--quiet", "--message", "files")
    one = labs / "one.py"
    assert not since("HEAD", one, find(one))
    (labs / "two.py").write_text(SERVER)
    assert not since("HEAD", one, find(one))
    (labs / "util.py").write_text("x = 2\n")
    assert since("HEAD", one, find(one))
    git(labs, "checkout", "--quiet", ".")
    (labs / "util.py").unlink()
    assert since("HEAD", one, find(one))


def test_zeros_are_the_time_before_all(labs: Path) -> None:
    assert touched(labs, "0" * 40) == ["student_anna", "student_boris", "student_вера и ко"]


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "", "HEAD:labs/student_anna/server.py", "\0"])
def test_no_such_revision(labs: Path, revision: str) -> None:
    with pytest.raises(ConfigError, match="нет ревизии"):
        touched(labs, revision)


def test_the_command(labs: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(labs), "--changed", "HEAD"]) == 0
    out, error = capsys.readouterr()
    assert (out, error.count("\n")) == ("", 1)
    assert "ни одна работа не изменилась" in error
    assert main([str(labs), "--changed", "nowhere"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    outside = tmp_path_factory.mktemp("outside")
    (outside / "server.py").write_text(SERVER)
    assert main([str(outside), "--changed", "HEAD"]) == 2
    out, error = capsys.readouterr()
    assert (out, error.count("\n")) == ("", 1)
    assert "нет репозитория git" in error


def test_nothing_the_repository_names_is_run(labs: Path) -> None:
    trap = labs.parent / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{labs.parent}/sprung'\ncat\n")
    trap.chmod(0o755)
    (labs.parent / ".gitattributes").write_text("* filter=evil diff=evil\n")
    for key in ("core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "core.pager"):
        git(labs, "config", key, str(trap))
    (labs / "student_anna" / "server.py").write_text(SERVER.replace("100", "200"))  # same size: git has to read it
    assert touched(labs) == ["student_anna"]
    assert not (labs.parent / "sprung").exists()
    git(labs, "diff", "--stat")
    assert (labs.parent / "sprung").exists()  # the trap is one
