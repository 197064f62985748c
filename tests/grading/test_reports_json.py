"""`--format json` and the files of `--output`: exactly the object of the schema, on one line."""

import json
import os
from dataclasses import replace
from importlib.resources import files as resources

import jsonschema
import pytest
from reports_data import BROKEN, CHECKS, REPORT

from grading.reports import files, json_lines
from grading.result import Report, Verdict

SCHEMA = json.loads(resources("grading").joinpath("reports", "schema.json").read_text(encoding="utf-8"))


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("report", [REPORT, BROKEN, Report("labs/empty")])
def test_every_report_is_one_line_of_what_the_schema_says(report):
    line = json_lines.line(report)
    assert "\n" not in line
    line.encode("utf-8")
    jsonschema.validate(json.loads(line), SCHEMA)


def test_the_object_is_that_of_the_contract():
    found = json.loads(json_lines.line(REPORT))
    assert list(found) == [
        "schema", "path", "sha256", "variant", "model", "course_points", "needs_review", "dialect", "isolation", "score", "max_score",
        "seconds", "phases", "seed", "checks",
    ]  # fmt: skip
    assert found["dialect"]["left"] == "{name} вышел"
    assert (found["seconds"], found["seed"], found["score"]) == (0.812, 7, 60)
    assert found["isolation"] == {"tier": "floor", "network": "shared", "clock": "quiet-period", "not_protected": ["файлы компьютера"]}
    newcomer = found["checks"][1]
    assert list(newcomer) == [
        "id", "title", "theme", "level", "verdict", "points", "max_points", "expected", "actual", "advice", "stuck", "seconds",
    ]  # fmt: skip
    assert newcomer["actual"] == CHECKS[1].actual
    assert newcomer["stuck"][0]["line"] == 54


def test_letters_stand_as_they_are_and_what_could_harm_a_screen_does_not():
    line = json_lines.line(REPORT)
    assert "Вера слышит «есть кто?»" in line
    assert "\x1b" not in line
    assert "\u202e" not in line


def test_a_blocked_check_names_what_blocked_it():
    late = json_lines.to_object(REPORT)["checks"][3]
    assert (late["verdict"], late["actual"]) == ("blocked", "сначала должна пройти проверка three-users-hear")


def test_only_an_unstable_check_says_that_it_is():
    assert ["unstable" in found for found in json_lines.to_object(REPORT)["checks"]].count(True) == 1


@pytest.mark.parametrize("spoiled", [{"score": 60.5}, {"extra": 1}, {"model": "fork"}, {"sha256": "no"}, {"dialect": {"echo": True}}])
def test_the_schema_is_strict(spoiled):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**json_lines.to_object(REPORT), **spoiled}, SCHEMA)


def test_all_verdicts_are_in_the_schema():
    assert set(SCHEMA["$defs"]["check"]["properties"]["verdict"]["enum"]) == {verdict.value for verdict in Verdict}


def test_a_file_per_submission(tmp_path):
    path = files.write(REPORT, tmp_path)
    assert path.name == "labs__student_x.json"
    assert json.loads(path.read_text(encoding="utf-8")) == json_lines.to_object(REPORT)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["labs__student_x.html", path.name]


def test_writing_again_replaces(tmp_path):
    files.write(REPORT, tmp_path)
    path = files.write(replace(REPORT, score=61), tmp_path)
    assert json.loads(path.read_text(encoding="utf-8"))["score"] == 61
    assert len(list(tmp_path.iterdir())) == 2


def with_replay(**programs):
    """The report with a replay for some of its checks."""
    known = {id.replace("_", "-"): text for id, text in programs.items()}
    return replace(REPORT, checks=tuple(replace(check, replay=known.get(check.id, "")) for check in REPORT.checks))


def test_a_conversation_that_went_wrong_is_a_program_in_the_report_and_beside_it(tmp_path):
    report = with_replay(silent_newcomer="print('раз')\n")
    path = files.write(report, tmp_path)
    (check,) = [one for one in json.loads(path.read_text(encoding="utf-8"))["checks"] if "replay" in one]
    assert (check["id"], check["replay"]) == ("silent-newcomer", "print('раз')\n")
    program = tmp_path / "labs__student_x.silent-newcomer.replay.py"
    assert program.read_text(encoding="utf-8") == "print('раз')\n"
    jsonschema.validate(json_lines.to_object(report), SCHEMA)


def test_a_program_goes_when_its_check_passes_and_no_other_submissions_does(tmp_path):
    others = ["labs__student_x.old.silent-newcomer.replay.py", "labs__student_xy.silent-newcomer.replay.py", "notes.replay.py"]
    for name in others:
        (tmp_path / name).write_text("", encoding="utf-8")
    files.write(with_replay(silent_newcomer="1", three_users_hear="2"), tmp_path)
    files.write(with_replay(three_users_hear="3"), tmp_path)
    programs = {path.name for path in tmp_path.glob("*.replay.py")}
    assert programs == {*others, "labs__student_x.three-users-hear.replay.py"}


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/", "..", "C:\\labs\\x", "a" * 500, "я" * 300, "labs/\x1b\udcff", "CON", ".hidden", ""]
)
def test_a_file_name_is_good_whatever_the_path(path, tmp_path):
    written = files.write(replace(REPORT, path=path), tmp_path)
    assert written.parent == tmp_path
    assert not written.name.startswith(".")
    assert len(os.fsencode(written.name)) < 255


def test_different_paths_have_different_files():
    paths = ["labs/a_b", "labs/a/b", "labs_a_b", "labs/a b", "labs/a:b", "./labs/a/b", "labs/a__b", "labs/a_/b"]
    assert len({files.stem(path) for path in paths}) == len(paths)


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path, monkeypatch):
    path = files.write(REPORT, tmp_path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write(replace(REPORT, score=1), tmp_path)
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2
