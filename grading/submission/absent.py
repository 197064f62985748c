"""Why there is no server in what was handed in, in words that are true of it: it is empty, in another language, a client only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from grading.messages import _
from grading.submission.entry import clients, servers
from grading.submission.model import Problem, printable
from grading.submission.modules import Sources, parent
from grading.submission.notebooks import is_blank
from grading.submission.reports import SUFFIXES, ReportFiles, read_report
from grading.submission.texts import decode

_FOREIGN = (".js", ".ts", ".java", ".c", ".cpp", ".cs", ".go", ".rs", ".kt", ".rb", ".php", ".exe", ".rar", ".7z", ".docx", ".pdf")
_LANGUAGES = {
    "java": "Java", "c": "C", "cpp": "C++", "c++": "C++", "cs": "C#", "csharp": "C#", "c#": "C#", "go": "Go", "golang": "Go",
    "rust": "Rust", "js": "JavaScript", "javascript": "JavaScript", "ts": "TypeScript", "typescript": "TypeScript",
    "kotlin": "Kotlin", "php": "PHP", "ruby": "Ruby", "swift": "Swift", "pascal": "Pascal", "delphi": "Delphi",
}  # fmt: skip
_FENCE = re.compile(r"^[ \t>]*(?:```+|~~~+)[ \t]*[{.]*([\w+#-]+)", re.M)
_LOOKS = (
    ("Java", r"public\s+static\s+void\s+main|^\s*import\s+java\."),
    ("C#", r"^\s*using\s+System\b|static\s+(async\s+Task|void)\s+Main\b"),
    ("C++", r"#include\s*<(iostream|string|vector|thread|map)>|\bstd::"),
    ("C", r"#include\s*<\w+(/\w+)*\.h>"),
    ("Go", r"^\s*package\s+main\b"),
    ("JavaScript", r"\brequire\(\s*['\"]|\bconst\s+\w+\s*=\s*"),
)


def problem_of_files(files: Mapping[str, bytes]) -> Problem:
    """Why there is no server among these files."""
    sources = Sources(files)
    if not files:
        return Problem("empty", _("Здесь пусто: нет ни одного файла."))
    if not sources:
        return _without_python(files)
    if not any(raw.strip() for raw in sources.values()):
        return Problem("empty", _("Файлы Python есть, но они пустые."), next(iter(sources)))
    if others := servers(sources):
        other = _("Сервера чата не нашлось. {file} решает другую задачу (страница HTTP или вычисления).")
        return Problem("no-server", other.format(file=others[0].path))
    if alone := clients(sources, None):
        return Problem("no-server", _("Здесь только клиент ({file}), сервера чата нет.").format(file=alone[0]))
    names = ", ".join(sorted(sources, key=lambda path: (parent(path), path))[:5])
    none = _("Сервера чата не нашлось: ни в одном файле Python ({files}) нет bind и accept или recvfrom.")
    return Problem("no-server", none.format(files=names))


def _without_python(files: Mapping[str, bytes]) -> Problem:
    """A report says more than that it is no Python file."""
    for path in sorted(files):
        if path.lower().endswith(SUFFIXES) and PurePosixPath(path).stem.lower() not in ("readme", "requirements"):
            try:
                report = read_report(PurePosixPath(path).name, files[path])
            except ValueError:
                continue
            return problem_of_report(printable(path), files[path], report)
    foreign = sorted(path for path in files if path.lower().endswith(_FOREIGN))
    seen = " " + _("Найдено: {files}.").format(files=", ".join(map(printable, foreign[:5]))) if foreign else ""
    nothing = _("Нет ни одного файла Python.") + seen + " " + _("Сервер чата нужен на Python, с библиотекой socket.")
    return Problem("not-python", nothing)


def problem_of_report(file: str, raw: bytes, report: ReportFiles) -> Problem:
    """Why there is no server in this report or notebook."""
    text, _encoding = decode(raw)
    notebook = file.lower().endswith(".ipynb")
    if not raw.strip():
        return Problem("empty", _("{file} пуст.").format(file=file), file)
    if notebook and is_blank(text):
        return Problem("empty", _("Блокнот {file} пуст: в его ячейках ничего нет.").format(file=file), file)
    where = (_("В блокноте {file}") if notebook else _("В отчёте {file}")).format(file=file)
    if report.unsolved:
        why = _("{where} вашего сервера пока нет: он должен стоять в ячейке упражнения или в ячейке с меткой server.")
    elif report.client:
        why = _("{where} только клиент, сервера чата нет.")
    elif report.python:
        why = _("{where} код на Python есть, но сервера чата в нём нет.")
    elif language := _language(text):
        foreign = _("{where} листинги на {language}, а не на Python. Сервер чата нужен на Python, с библиотекой socket.")
        return Problem("not-python", foreign.format(where=where, language=language), file)
    else:
        return Problem("not-python", _("{where} нет ни одного листинга на Python.").format(where=where), file)
    return Problem("no-server", why.format(where=where), file)


def _language(text: str) -> str:
    """Which other language the listings are in: as their marks say, else as they look; "" if that cannot be told."""
    marked = next((_LANGUAGES[mark.lower()] for mark in _FENCE.findall(text) if mark.lower() in _LANGUAGES), "")
    return marked or next((language for language, look in _LOOKS if re.search(look, text, re.M)), "")
