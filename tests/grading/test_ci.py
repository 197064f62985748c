"""`grade --ci`: what it writes is valid for those who read it, overwrites nothing, and grades what is pushed into a real repository."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from grading import ci
from grading.ci.platforms import TEMPLATES
from grading.cli import main

ROOT = Path(__file__).parents[2]
LABS = ROOT / "labs"
SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}
BIN = Path(sys.executable).parent
HOSTILE = "\n::error file=x::stolen\n::set-env name=A::b\n::stop-commands::t\n\x1b[31mred\x1b[0m\n"


def run(*words: str | Path, cwd: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "GITHUB_"))}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, **extra}
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60)


def git(cwd: Path, *words: str, **extra: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "init.defaultBranch=main")
    done = run("git", *who, *words, cwd=cwd, **extra)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("platform", TEMPLATES)
def test_it_writes_and_overwrites_nothing(tmp_path: Path, platform: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--ci", platform, str(tmp_path)]) == 0
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert names == set(ci.texts(platform))
    last = tmp_path / list(ci.texts(platform))[-1]
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != last:
            path.unlink()
    last.write_text("mine")
    capsys.readouterr()
    assert main(["--ci", platform, str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert str(last) in error
    assert last.read_text() == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [last]


@pytest.mark.parametrize("platform", SCHEMAS)
def test_workflows_are_valid(tmp_path: Path, platform: str) -> None:
    (file,) = ci.write(platform, tmp_path)
    checker = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", SCHEMAS[platform])
    done = run(*checker, file, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    file.write_text(file.read_text(encoding="utf-8").replace("script:", "scrpt:").replace("runs-on:", "run-on:"), encoding="utf-8")
    assert run(*checker, file, cwd=tmp_path).returncode == 1


def test_the_workflow_gives_the_push_no_power() -> None:
    text = ci.texts("github")[".github/workflows/grade.yml"].decode()
    uses = re.findall(r"uses: (\S+)(.*)", text)
    assert len(uses) == 4
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action) and re.fullmatch(r" # v\d+\.\d+\.\d+", note) for action, note in uses)
    assert "permissions:\n  contents: read\n" in text
    assert text.count("persist-credentials: false") == text.count("actions/checkout@") == 2
    assert "pull_request_target" not in text
    scripts = re.findall(r"^ +run: (?:\|\n((?: {10}.*\n)+)|(.*)\n)", text, re.MULTILINE)
    assert len(scripts) == 3
    assert not [script for pair in scripts for script in pair if "${{" in script]


@pytest.mark.parametrize("name", ["setup.sh", "run_autograder", "post-receive"])
def test_scripts_are_good_shell(tmp_path: Path, name: str) -> None:
    platform = "git-hook" if name == "post-receive" else "gradescope"
    script = next(path for path in ci.write(platform, tmp_path) if path.name == name)
    assert os.access(script, os.X_OK)
    assert run("bash", "-n", script, cwd=tmp_path).returncode == 0
    done = run(BIN / "shellcheck", script, cwd=tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.fixture
def grade(tmp_path: Path) -> Path:
    """The command, of this checkout."""
    command = tmp_path / "bin" / "grade"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m grading.cli "$@"\n')
    command.chmod(0o755)
    return command


@pytest.mark.linux
def test_the_bundle_of_gradescope(tmp_path: Path, grade: Path) -> None:
    ci.write("gradescope", tmp_path)
    with zipfile.ZipFile(tmp_path / "autograder.zip") as bundle:
        assert {info.filename: info.external_attr >> 16 for info in bundle.infolist()} == {"setup.sh": 0o100755, "run_autograder": 0o100755}
        assert bundle.read("run_autograder") == (tmp_path / "run_autograder").read_bytes()
    (tmp_path / "submission").mkdir()
    (tmp_path / "submission" / "server.py").write_bytes((LABS / "template" / "server.py").read_bytes())
    done = run("bash", tmp_path / "run_autograder", cwd=tmp_path, AUTOGRADER_ROOT=str(tmp_path), GRADE=str(grade))
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "results" / "results.json").read_text(encoding="utf-8"))
    assert 0 < results["score"] < 60


@pytest.mark.linux
def test_a_push_is_graded(tmp_path: Path, grade: Path) -> None:
    """A good lab, then one that fails and shouts: only what came is graded, annotated in its place, and nothing shouted is obeyed."""
    bare, work, summary = tmp_path / "class.git", tmp_path / "work", tmp_path / "summary.md"
    git(tmp_path, "init", "--quiet", "--bare", str(bare))
    ci.write("git-hook", bare / "hooks")
    git(tmp_path, "init", "--quiet", str(work))
    environment = {"GRADE": str(grade), "GRADE_FORMAT": "github", "GITHUB_STEP_SUMMARY": str(summary)}

    _add(work, "student_good", (LABS / "student_threaded" / "server.py").read_text(encoding="utf-8"))
    said, kept = _push(work, bare, environment)
    assert (kept / "exit").read_text() == "0\n", said
    assert "::error" not in said

    shout = f"print({HOSTILE!r}, flush=True)\n"
    lines = (LABS / "template" / "server.py").read_text(encoding="utf-8").splitlines(keepends=True)
    lines.insert(next(number for number, line in enumerate(lines) if line.startswith("import")), shout)
    _add(work, "student_bad", "".join(lines))
    said, kept = _push(work, bare, environment)
    assert (kept / "exit").read_text() == "1\n", said
    assert len(list(kept.glob("*.json"))) == 1
    found = [line.removeprefix("remote: ").rstrip() for line in said.splitlines() if line.startswith("remote: ::")]
    errors = [line for line in found if line.startswith("::error ")]
    assert errors
    assert all(re.match(r"::error file=labs/student_bad/server\.py,line=\d+,", line) for line in errors)
    assert {line.partition(" ")[0] for line in found} == {"::error", "::notice"}
    assert "\x1b[31m" not in said
    accept = next(number for number, line in enumerate(lines, 1) if ".accept()" in line)
    assert f"::error file=labs/student_bad/server.py,line={accept}," in said
    page = summary.read_text(encoding="utf-8")
    assert "student\\_bad" in page
    assert not re.search(r"^::", page, re.MULTILINE)
    assert "\x1b" not in page


def _add(work: Path, name: str, source: str) -> None:
    (work / "labs" / name).mkdir(parents=True)
    (work / "labs" / name / "server.py").write_text(source, encoding="utf-8")
    git(work, "add", "--all")
    git(work, "commit", "--quiet", "--message", name)


def _push(work: Path, bare: Path, environment: dict[str, str]) -> tuple[str, Path]:
    """What the pusher reads, and where the report is kept."""
    said = git(work, "push", str(bare), "HEAD:refs/heads/main", **environment)
    return said, bare / "grades" / git(work, "rev-parse", "HEAD").strip()
