"""Every notebook runs in a fresh kernel and says what it said when it was stored; solutions earn full marks, stubs do not.

Two run at a time, each as it is and then as a student gets it. `python -m grading.lessons refresh` stores what they say now.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from grading.lessons.exercises import for_students, id_of, mark_of, points_of
from grading.lessons.files import read, write
from grading.lessons.normal import normal
from tests.notebook_rules import NOTEBOOKS, findings, glossary_findings

pytestmark = pytest.mark.linux
NAMES = [path.name for path in NOTEBOOKS]
LIMIT = 30.0
"""Seconds one notebook may take, while another one runs beside it; of the processor's time, where the machine is busy with other things."""
DEADLINE = 120.0
"""Seconds after which a run is given up."""
AT_ONCE = 2

SHOWS = re.compile(r"(?:look|talk|check|quote|glossary)\([^()]*\)")
"""A cell that is one call of the kit and nothing else."""

Run = tuple[dict[str, Any], float]
"""A notebook with its outputs, and the seconds it took."""
BUSY = 1.5
"""Load of each processor beyond which others use it, too: two notebooks and their servers come to about one."""


RUN = """
import json, os, resource, sys
from contextlib import suppress
from grading.lessons.running import executed
notebook = executed(json.load(sys.stdin), whatever_happens=sys.argv[1] == "student")
with suppress(ChildProcessError):
    while os.waitpid(-1, 0):  # only who has been waited for is accounted for
        pass
used = resource.getrusage(resource.RUSAGE_CHILDREN)
json.dump([notebook, used.ru_utime + used.ru_stime], sys.stdout)
"""


def _run(notebook: Mapping[str, Any], edition: str) -> Run:
    """In a process of its own: what runs kernels leaves sockets to the garbage collector, and warns of that."""
    begun = time.monotonic()
    done, used = json.loads(_python(RUN, None, edition, stdin=json.dumps(notebook)))
    busy = os.getloadavg()[0] > BUSY * (os.cpu_count() or 1)
    return done, used if busy else time.monotonic() - begun


def _python(program: str, folder: Path | None, *arguments: str, stdin: str = "", stderr: bool = False, **more: str) -> str:
    """What a program prints, or writes to stderr; `more` goes into its environment."""
    house = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, *arguments],
        cwd=folder or house, env={**os.environ, "PYTHONPATH": house, **more}, input=stdin, capture_output=True, text=True, check=False,
        timeout=DEADLINE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stderr if stderr else done.stdout


@pytest.fixture(scope="module")
def runs() -> Iterator[dict[tuple[str, str], Future[Run]]]:
    """(name, edition) -> its run, all of them under way."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        started: dict[tuple[str, str], Future[Run]] = {}
        for path in NOTEBOOKS:
            started[path.name, "stored"] = pool.submit(_run, read(path), "stored")
            started[path.name, "student"] = pool.submit(_run, _exercises(for_students(read(path))), "student")
        yield started
        for future in started.values():
            future.cancel()


def _exercises(notebook: dict[str, Any]) -> dict[str, Any]:
    """Without the cells that only show something: no check depends on them, and they take most of the time."""
    return {**notebook, "cells": [cell for cell in notebook["cells"] if mark_of(cell) or not SHOWS.fullmatch(cell["source"].strip())]}


def _cells(notebook: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    return [(cell["source"], [_seen(one) for one in cell["outputs"]]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _seen(output: dict[str, Any]) -> Any:
    """An output as it is compared. How matplotlib draws depends on its version and on the fonts there are: of a plot counts that it is
    there."""
    data = output.get("data", {})
    return {**output, "data": {kind: "" if kind == "image/png" else text for kind, text in data.items()}} if data else output


def test_there_are_notebooks() -> None:
    assert len(NAMES) >= 8
    assert [int(name[:2]) for name in NAMES] == list(range(1, len(NAMES) + 1))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_it_is_as_a_notebook_of_the_course_must_be(path: Path) -> None:
    assert list(findings(path)) == []


def test_the_glossary_is_in_order() -> None:
    assert list(glossary_findings()) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_it_is_stored_in_normal_form(path: Path, tmp_path: Path) -> None:
    write(tmp_path / path.name, read(path))
    assert (tmp_path / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_it_says_what_it_said(path: Path, runs: dict[tuple[str, str], Future[Run]]) -> None:
    notebook, seconds = runs[path.name, "stored"].result()
    for (source, stored), (_source, now) in zip(_cells(read(path)), _cells(notebook), strict=True):
        assert now == stored, source
    assert seconds < LIMIT


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_stub_earns_nothing(path: Path, runs: dict[tuple[str, str], Future[Run]]) -> None:
    """Each check raises while its exercise is not done; with the solution none does, as the run above has shown."""
    notebook, seconds = runs[path.name, "student"].result()
    passed = [id_of(cell) for cell in notebook["cells"] if mark_of(cell).get("grade") and not _raised(cell)]
    assert passed == []
    assert seconds < LIMIT


def _raised(cell: Mapping[str, Any]) -> bool:
    return any(output["output_type"] == "error" for output in cell["outputs"])


REFRESH = """
import sys
from grading.lessons import running
from grading.lessons.__main__ import main
running.executed.__defaults__ = (2,)
sys.exit(0 if main(["refresh", *sys.argv[1:]]) == 1 else "no failure")
"""


def test_a_cell_that_fails_or_hangs_is_named_and_nothing_is_stored(tmp_path: Path) -> None:
    """The kernel is gone afterwards, too, and the cells before it have really run."""
    cells = {"fails": "1 / 0", "hangs": "import time\ntime.sleep(1000)", "dies": "import os\nos._exit(1)"}
    for name, source in cells.items():
        written = [
            {"cell_type": "code", "id": id, "source": text, "metadata": {}, "outputs": []} for id, text in (("a", "x = 1"), ("b", source))
        ]
        write(tmp_path / f"{name}.ipynb", normal({"cells": written}))
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.ipynb")}
    said = _python(REFRESH, tmp_path, *(f"{name}.ipynb" for name in cells), stderr=True)
    assert said.splitlines() == [
        "fails.ipynb: Ячейка 2 остановилась с ошибкой: ZeroDivisionError: division by zero",
        "hangs.ipynb: Ячейка 2 не выполнилась за 2 секунды.",
        "dies.ipynb: Ядро Jupyter завершилось во время работы.",
    ]
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.ipynb")} == before


# -- nbgrader, in processes of its own: it warns of this and that


def _nbgrader(program: str, folder: Path, *arguments: str) -> Any:
    """What a program that has nbgrader prints as its last line, from JSON; it knows nothing of the settings on this machine."""
    folders = {name: str(folder / name.lower()) for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # it calls alembic
    return json.loads(_python(program, folder, *arguments, PATH=path, **folders).splitlines()[-1])


VALIDATE = """
import json, sys
import nbformat
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import CheckCellMetadata
for path in sys.argv[1:]:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    MetadataValidator().validate_nb(book)
    CheckCellMetadata().preprocess(book, {})
print(json.dumps(len(sys.argv) - 1))
"""


def test_nbgrader_knows_the_exercises(tmp_path: Path) -> None:
    assert _nbgrader(VALIDATE, tmp_path, *map(str, NOTEBOOKS)) == len(NOTEBOOKS)


AUTOGRADE = """
import json, logging, shutil
from pathlib import Path
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config
config = Config()
config.CourseDirectory.root = "."
config.NbGrader.logfile = ""
config.ExecutePreprocessor.timeout = 60
config.ClearSolutions.code_stub = {"python": "raise NotImplementedError()"}
api = NbGraderAPI(config=config)
api.log.setLevel(logging.ERROR)
def done(result):
    assert result["success"], result.get("error") or result.get("log")
done(api.generate_assignment("exercise", create=True))
name = next(Path("source/exercise").glob("*.ipynb")).name
released = (Path("release/exercise") / name).read_text(encoding="utf-8")
for student, folder in (("solved", "source"), ("untouched", "release")):
    handed_in = Path("submitted") / student / "exercise"
    handed_in.mkdir(parents=True)
    shutil.copy(Path(folder) / "exercise" / name, handed_in / name)
    done(api.autograde("exercise", student))
scores = {one.student.id: [one.score, one.max_score] for one in api.gradebook.assignment_submissions("exercise")}
print(json.dumps({"released": released, "scores": scores}))
"""


def test_nbgrader_releases_and_grades(tmp_path: Path) -> None:
    """Its own student's edition is ours; the teacher's edition earns full points, the untouched one none."""
    path = NOTEBOOKS[0]
    notebook = read(path)
    write(tmp_path / "source" / "exercise" / path.name, notebook)
    found = _nbgrader(AUTOGRADE, tmp_path)
    released = [cell["source"] for cell in json.loads(found["released"])["cells"]]
    assert ["".join(source) for source in released] == [cell["source"] for cell in for_students(notebook)["cells"]]
    most = points_of(notebook)
    assert found["scores"] == {"solved": [most, most], "untouched": [0, most]}
