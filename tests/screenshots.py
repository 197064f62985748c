"""Makes the pictures of the README from a real grading: the terminal report as SVG, the HTML report as PNG through headless Chromium.

    python -m tests.screenshots                     # both, of a lab with failures, into .github/pictures
    python -m tests.screenshots labs/student_x --lang en

Exit code 1 if a picture could not be made or is too large for a README.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from grading import messages
from grading.engine import grade
from grading.options import Options
from grading.reports import terminal
from grading.result import Report
from grading.submission import find

ROOT: Final = Path(__file__).parents[1]
PICTURES: Final = ROOT / ".github" / "pictures"
LAB: Final = ROOT / "labs" / "student_first_message"
WIDTH, LINES = 88, 52  # of the terminal: the head, how the server speaks, the two dearest failures
WINDOW: Final = (1000, 900)  # pixels of the browser: a README is shown about as wide
LARGEST: Final = 150_000  # bytes of one picture
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome")


def in_terminal(report: Report, title: str) -> str:
    """The beginning of the terminal report as an SVG that fetches nothing from anywhere."""
    console = Console(file=io.StringIO(), width=WIDTH, force_terminal=True, color_system="truecolor", no_color=False, markup=False)
    with console.capture() as captured:
        terminal.show(report, console)
    picture = Console(file=io.StringIO(), record=True, width=WIDTH)
    picture.print(Text.from_ansi("\n".join(captured.get().splitlines()[:LINES])))
    return re.sub(r"@font-face\s*\{[^}]*\}", "", picture.export_svg(title=title, unique_id="report"))


def in_browser(html: str, browser: str) -> bytes:
    """The beginning of a page as a browser shows it. Raises subprocess.SubprocessError, OSError."""
    with tempfile.TemporaryDirectory() as folder:
        page, picture = Path(folder, "report.html"), Path(folder, "report.png")
        page.write_text(html, encoding="utf-8")
        size = ",".join(map(str, WINDOW))
        options = ["--headless", "--disable-gpu", "--hide-scrollbars", f"--window-size={size}", f"--user-data-dir={folder}/profile"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # for root Chromium has no sandbox; the page is our own
            options.append("--no-sandbox")
        command = [browser, *options, f"--screenshot={picture}", page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return picture.read_bytes()


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lab", nargs="?", type=Path, default=LAB)
    parser.add_argument("--lang", choices=messages.LANGUAGES, default="ru")
    parser.add_argument("--output", type=Path, default=PICTURES)
    arguments = parser.parse_args(argv)
    messages.use(arguments.lang)
    lab = arguments.lab.resolve()
    name = lab.relative_to(ROOT).as_posix() if lab.is_relative_to(ROOT) else lab.name  # no path of this machine in a picture
    report = replace(grade(find(lab)[0], Options(lang=arguments.lang)), path=name)
    arguments.output.mkdir(parents=True, exist_ok=True)
    good = _keep(arguments.output / "terminal.svg", in_terminal(report, f"grade {name}").encode("utf-8"))
    return 0 if _html(report, arguments.output / "report.png") and good else 1


def _html(report: Report, path: Path) -> bool:
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None or find_spec("grading.reports.html") is None:
        print(f"{path.name}: needs {'one of ' + ', '.join(BROWSERS) if browser is None else 'grading.reports.html'}", file=sys.stderr)
        return False
    try:
        return _keep(path, in_browser(import_module("grading.reports.html").page(report), browser))
    except (OSError, subprocess.SubprocessError) as error:
        print(f"{path.name}: {error}", file=sys.stderr)
        return False


def _keep(path: Path, data: bytes) -> bool:
    if len(data) > LARGEST:
        print(f"{path.name}: {len(data)} bytes are too large for a README", file=sys.stderr)
        return False
    path.write_bytes(data)
    print(f"{path}  {len(data)} bytes")
    return True


if __name__ == "__main__":
    sys.exit(main())
