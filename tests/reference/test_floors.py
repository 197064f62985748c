"""The arrangement of the house, read from the imports: they only go down, and the pure files know no input or output."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2] / "reference"
FILES = sorted(HOUSE.rglob("*.py"))
IDS = [path.relative_to(HOUSE).as_posix() for path in FILES]
PURE = ["framing.py", "dialect.py", "template.py", "room.py", "clients/talk.py"]
PURE += [f"clients/terminal/{name}.py" for name in ("presence", "look", "backoff")]
IO = {"socket", "socketserver", "select", "selectors", "threading", "asyncio", "multiprocessing", "subprocess"}
SYSTEM = {"signal", "time", "os", "sys"}
BENCH = ["speech", "ledger", "crowd", "figures", "target", "drive", "loads", "contest", "table", "plots"]
BENCH += ["trials", "mischief", "soak", "command"]
FLOORS = [
    *("", "reasons", "framing", "dialect", "dialects_toml", "template", "room", "journal", "servers.doorstep", "servers"),
    *("clients.talk", "clients", *(f"clients.terminal.{name}" for name in ("home", "presence", "backoff", "look", "client", "screen"))),
    *("bench", *(f"bench.{name}" for name in BENCH), "serving", "__main__"),
]


def imported(path: Path) -> set[str]:
    """Full names of all modules a file imports, at its top or anywhere inside."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def floor(module: str) -> int:
    """How high a module of ours stands: the longest of FLOORS that its name begins with."""
    name = module.removeprefix("reference").removeprefix(".")
    fitting = [place for place in FLOORS if place and (name == place or name.startswith(place + "."))]
    return FLOORS.index(max(fitting, key=len, default=""))


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_imports_only_go_down(path: Path) -> None:
    own = path.relative_to(HOUSE.parent).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
    for name in imported(path):
        assert not name.startswith(("grading", "tests")), f"{own} imports {name}"
        if name.startswith("reference."):
            assert floor(name) < floor(own), f"{own} imports {name}"


@pytest.mark.parametrize("file", PURE)
def test_pure_files_know_no_input_and_output(file: str) -> None:
    assert not {name.split(".")[0] for name in imported(HOUSE / file)} & (IO | SYSTEM)


@pytest.mark.parametrize("path", sorted((HOUSE / "servers").glob("*.py")), ids=lambda path: path.name)
def test_servers_know_no_names_and_no_texts(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert ".encode(" not in source
    assert ".decode(" not in source
    assert not any("а" <= letter.lower() <= "я" for letter in source)
    for node in ast.walk(ast.parse(source)):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, bytes) and node.value), "bytes that somebody will read"
        assert not (isinstance(node, ast.Attribute) and node.attr in ("name", "nickname", "dialect") and ast.unparse(node) != "os.name")


@pytest.mark.parametrize("folder", ["servers", "clients"])
def test_no_style_is_built_on_another(folder: str) -> None:
    for path in (HOUSE / folder).glob("*.py"):
        styles = {name for name in imported(path) if name.startswith(f"reference.{folder}.")}
        assert all(name.split(".")[2] in ("doorstep", "talk") for name in styles)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_a_file_is_read_in_one_sitting(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 250
    assert all(len(line) <= 140 for line in lines)
