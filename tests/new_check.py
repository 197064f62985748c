"""Lays out a new check: its function, a broken server that it alone is there to catch, and its line in the rubrics.

    python -m tests.new_check polite-goodbye --theme departures --needs two-users-exchange

What is laid out runs at once, and fails its test until the check looks at something and the server does it wrong.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Final

from grading.catalogue import catalogue
from grading.errors import ConfigError
from grading.rubrics import BUILT_IN, parse, suggest

ROOT: Final = Path(__file__).parents[1]

_THEME: Final = '''"""TODO: what this theme is about, in one line."""

from __future__ import annotations

from grading.chat import Chat
from grading.plugin import check
'''
_FUNCTION: Final = '''

@check("{id}", needs="{needs}"{level})
def test_{name}(chat: Chat) -> None:
    """TODO: что показывает проверка, одной строкой, для студента."""
    boris, vera = chat.join("Борис", "Вера")
    boris.says("TODO")
    vera.hears("TODO", by=boris)
'''
_SERVER: Final = '''"""TODO: the one fault, in one sentence.
caught-by: {id}
may-also-fail:
variant: {variant}
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

users = {{}}
lock = threading.Lock()


def session(conn):
    reader = conn.makefile("rb")
    try:
        name = reader.readline().decode("utf-8", "replace").strip()
        with lock:
            users[conn] = name
        for line in reader:
            text = line.decode("utf-8", "replace").rstrip("\\n")
            with lock:
                others = [c for c in users if c is not conn]
            for other in others:
                try:
                    other.send(f"{{name}}: {{text}}\\n".encode(), socket.MSG_DONTWAIT)
                except OSError:
                    pass
    except OSError:
        pass
    finally:
        with lock:
            users.pop(conn, None)
        reader.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9000))
while True:
    conn, _ = server.accept()
    threading.Thread(target=session, args=(conn,), daemon=True).start()
'''
_NEXT: Final = """\
1. {check}: write what the guests do and hear, and the title.
2. {server}: it is right as it stands; give it the one fault that the check is there for.
3. pytest tests/grading/test_zoo.py -k {name}       must get past everything but the golden; then once with --record, and it is green.
4. grading/symptoms/by_check.py, at the end, so that a failure comes with advice, and its English in grading/locale/en:
       Symptom(
           "Что сделать студенту, если это не прошло.",
           read="rules", checks=("{id}",),
       ),
5. {rubrics}: it is worth 0 points so far; take them from another check, the sum stays 100.
6. pytest tests/grading/test_zoo.py                 no other server may have changed its verdict."""


def files(root: Path, id: str, theme: str, needs: str, level: str) -> dict[Path, str]:
    """Path -> what it will hold: new files, and those that grow. Raises ConfigError for a name that cannot be."""
    known = [check.id for check in catalogue()]
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", id) or not re.fullmatch(r"[a-z][a-z0-9_]*", theme):
        raise ConfigError(f"a check is called like-this and a theme like_this, not {id!r} and {theme!r}")
    if id in known:
        raise ConfigError(f"there is a check {id} already")
    if needs not in known:
        raise ConfigError(f"no check is called {needs!r}.{suggest(needs, known)} All: grade --list")
    name = id.replace("-", "_")
    function, server = root / "grading" / "checks" / f"{theme}.py", root / "tests" / "zoo" / "broken" / f"{name}.py"
    if server.exists():
        raise ConfigError("there is a server of that name already", str(server))
    before = function.read_text(encoding="utf-8") if function.exists() else _THEME
    written = "" if level == "should" else f', level="{level}"'
    rubrics = {path: text for path, text in _rubrics(root).items() if needs in parse(text, str(path)).points}
    variant = next((parse(text, str(path)).variant for path, text in rubrics.items()), BUILT_IN[0])
    return {
        function: before + _FUNCTION.format(id=id, name=name, needs=needs, level=written),
        server: _SERVER.format(id=id, variant=variant),
        **{path: _with_points(text, id) for path, text in rubrics.items()},
    }


def _rubrics(root: Path) -> dict[Path, str]:
    paths = [root / "grading" / "rubrics" / f"{name}.toml" for name in (*BUILT_IN, "strict")]
    return {path: path.read_text(encoding="utf-8") for path in paths if path.exists()}


def _with_points(text: str, id: str) -> str:
    """The rubric with one check more, for nothing; [points] is the last table of a rubric."""
    longer = f"{text.rstrip()}\n{id} = 0\n"
    parse(longer, id)  # raises ConfigError if [points] was not the last
    return longer


def main() -> int:
    """Runs the command; exit code 2 if it cannot be done, and then nothing was written."""
    parser = argparse.ArgumentParser(prog="python -m tests.new_check", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("id", help="what rubrics and reports call it")
    parser.add_argument("--theme", required=True, help="the file in grading/checks/; a new name makes a new one")
    parser.add_argument("--needs", default="two-users-exchange", help="the check that must have passed before")
    parser.add_argument("--level", default="should", choices=("must", "should", "info"))
    options = parser.parse_args()
    try:
        texts = files(ROOT, options.id, options.theme, options.needs, options.level)
    except ConfigError as error:
        print(f"new_check: {error}", file=sys.stderr)
        return 2
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    check, server, *rubrics = (path.relative_to(ROOT).as_posix() for path in texts)
    name = options.id.replace("-", "_")
    print(_NEXT.format(id=options.id, name=name, check=check, server=server, rubrics=", ".join(rubrics)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
