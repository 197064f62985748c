"""Imports of the grader only go down: a table of floors, and a look at what every file imports."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = (
    {"messages", "syscalls"},
    {"result", "errors", "options", "verdicts", "progress", "extraction"}
    | {"keyboard", "kernel", "threads", "words", "wire", "terminal"},
    {"submission", "sandbox", "links", "rounds", "oracle", "inference", "model", "scenario"},
    {"shrinking", "stillness", "history", "datagrams", "console", "quits"},
    {"quiet"},
    {"eyes"},
    {"running"},
    {"server"},
    {"guests", "screens"},
    {"story", "seating", "transcript", "learned", "typed"},
    {"conversation"},
    {"chat", "voices"},
    {"interview_talk", "lab", "crowds", "play", "replay"},
    {"interview", "bench", "rubrics", "symptoms", "settling", "own_clients", "keyboard_talk"},
    {"attempts", "scoring", "advice", "early"},
    {"plugin"},
    {"checks", "runner", "catalogue"},
    {"engine"},
    {"ahead"},
    {"reports", "batch"},
    {"changed", "ci"},
    {"session", "arguments", "starting"},
    {"cli", "lessons"},
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}


def _imports(path: Path) -> set[str]:
    """Modules imported at run time, wherever in the file; what is only for the type checker binds nobody."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found


def _room(path: Path) -> str:
    return path.relative_to(ROOT / "grading").with_suffix("").parts[0]


FILES = [path for path in sorted((ROOT / "grading").rglob("*.py")) if path != ROOT / "grading" / "__init__.py"]


def test_every_file_has_its_floor() -> None:
    assert {_room(path) for path in FILES} == set(FLOOR)


def test_imports_only_go_down() -> None:
    climbing = []
    for path in FILES:
        for module in _imports(path):
            package, _, rest = module.partition(".")
            other = rest.partition(".")[0]
            if package == "grading" and other in FLOOR and other != _room(path) and FLOOR[other] >= FLOOR[_room(path)]:
                climbing.append(f"{path.relative_to(ROOT)} imports {module}")
    assert not climbing


def test_the_grader_knows_only_the_rules_of_the_reference() -> None:
    allowed = {"dialect", "room", "framing"}
    foreign = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in FILES
        for module in _imports(path)
        if module.startswith("reference.") and module.split(".")[1] not in allowed
    }
    assert not foreign


def test_the_model_of_a_report_does_no_input_or_output() -> None:
    assert not _imports(ROOT / "grading" / "result.py") & {"socket", "select", "threading", "asyncio", "time", "subprocess", "os"}


def test_no_module_needs_posix_to_be_imported() -> None:
    """macOS and Windows: what only Linux or POSIX has is imported where it is used."""
    posix = {"fcntl", "resource", "pwd", "grp", "termios", "pty", "syslog"}
    top = {
        f"{path.relative_to(ROOT)}: {name.name}"
        for path in [*FILES, *(ROOT / "reference").rglob("*.py")]
        if "inside" not in path.parts and path.name != "linux.py"  # these are imported on Linux only
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import)
        for name in node.names
        if name.name in posix
    }
    assert not top
