"""The `grade` command: finds submissions, has them graded, shows the reports, and says by its exit code how it went.

What is heavy is imported where it is used, so that `grade --help` is quick and no module of a lab is met on the way.
"""
# ruff: noqa: E402, PLC0415

import gc
import os
import sys


def _forget_the_working_folder() -> None:
    """Take the current folder off the import path: it may be a lab with its own socket.py or grading.py.

    A folder that holds this very package stays: that is a checkout being worked on.
    """
    house = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    here = os.path.realpath(os.getcwd())
    sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or ".") != here or here == os.path.realpath(house)]


if __name__ == "__main__":  # python -m grading.cli puts the current folder first on the path
    _forget_the_working_folder()

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grading.errors import CONFIG, PASSED, ConfigError, worse

if TYPE_CHECKING:
    from argparse import Namespace

    from grading.catalogue import CheckInfo
    from grading.options import Options
    from grading.reports.listing import Layer
    from grading.result import Report
    from grading.submission.model import Submission

INTERRUPTED = 130  # as shells say it for Ctrl-C


@dataclass(frozen=True)
class Engine:
    """What the command needs of the rest of the grader; tests bring their own.

    Attributes:
        find: the submissions at a path; raises ConfigError for a teacher's lab.toml that is wrong.
        grade: one submission to its report.
        catalogue: every check there is, in the order of the reports.
        examine: the layers of protection on this machine.
    """

    find: "Callable[[Path], Sequence[Submission]]"
    grade: "Callable[[Submission, Options], Report]"
    catalogue: "Callable[[], Sequence[CheckInfo]]"
    examine: "Callable[[], Sequence[Layer]]"


def entry() -> None:
    """The console script."""
    _forget_the_working_folder()
    gc.set_threshold(50_000)  # nearly all that a run makes, it keeps: modules, above all, are gone through in vain
    code = main()
    gc.freeze()  # nor need the interpreter look through it once more at the end, before it takes it apart
    sys.exit(code)


def main(argv: Sequence[str] | None = None, engine: Engine | None = None) -> int:
    """Run the command and return its exit code; `argv` without the program's name, None for the real one."""
    from grading.arguments import parse

    try:
        arguments = parse(argv)
    except SystemExit as exit:  # argparse's way to say that it is done
        return exit.code if isinstance(exit.code, int) else CONFIG
    try:
        return _perform(arguments, engine)
    except ConfigError as error:
        _complain(error)
        return CONFIG
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `grade ... | head`: nobody reads on, and that is no mistake of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED


def _perform(arguments: "Namespace", engine: Engine | None) -> int:
    if arguments.version:
        print(f"chat-lab {_version()}")
        return PASSED
    from grading.messages import use

    options = _options(arguments)
    use(options.lang)
    if arguments.new is not None or arguments.ci:
        return _ci(arguments.ci, arguments.paths) if arguments.ci else _new(arguments.new, arguments.variant)
    engine = engine or _real_engine()
    if arguments.doctor:
        return _doctor(engine)
    known = [check.id for check in engine.catalogue()]
    _check_options(options, known)
    if arguments.list:
        return _list(engine, options)
    from grading.session import Session

    submissions, mistakes = _find(arguments.paths, engine, arguments.changed)
    if not submissions:
        return CONFIG if mistakes else _nothing_changed(arguments.changed)
    session = Session(engine.grade, options, arguments.format, arguments.output, arguments.jobs, arguments.durations)
    return worse(CONFIG if mistakes else PASSED, session.run(submissions, arguments.repeat))


def _options(arguments: "Namespace") -> "Options":
    from grading.options import Options
    from grading.reports.console import speaks_russian

    readable = arguments.format == "json" or speaks_russian(sys.stdout)
    return Options(
        variant=arguments.variant,
        rubrics=tuple(arguments.rubric),
        checks=tuple(arguments.check),
        seed=arguments.seed,
        lang=arguments.lang or ("ru" if readable else "en"),
        isolation=arguments.isolation,
        visibility=arguments.visibility,
    )


def _check_options(options: "Options", known: Sequence[str]) -> None:
    """Everything that can be wrong before the first submission is touched. Raises ConfigError."""
    from grading import rubrics
    from grading.messages import _

    rubrics.chosen(options, known)
    for id in options.checks:
        if id not in known:
            raise ConfigError(_("Нет проверки «{name}».").format(name=id) + rubrics.suggest(id, known) + " " + _("Все: grade --list."))


def _find(paths: Sequence[str], engine: Engine, changed: str | None = None) -> "tuple[list[Submission], int]":
    """The submissions at the paths, with `changed` those touched since, and how many paths or lab.toml were wrong: said on stderr."""
    from grading.messages import _

    found: list[Submission] = []
    mistakes = 0
    for path in paths:
        try:
            if not os.path.lexists(path):
                raise ConfigError(_("нет такого файла или папки"), path)
            here = list(engine.find(Path(path)))
            if not here:
                raise ConfigError(_("здесь не нашлось ни одной работы"), path)
            if changed is not None:
                from grading.changed import since

                here = since(changed, Path(path), here)
        except ConfigError as error:
            _complain(error)
            mistakes += 1
            continue
        found += here
    for submission in found:  # a student's own lab.toml: the submission still gets its report
        if submission.problem and submission.problem.kind == "config":
            _complain(ConfigError(submission.problem.text, submission.path))
            mistakes += 1
    if not paths:
        raise ConfigError(_("Что проверять? Назовите папку с работой, например: grade labs/student_threaded"))
    return found, mistakes


def _list(engine: Engine, options: "Options") -> int:
    from grading import rubrics
    from grading.reports.console import make_console
    from grading.reports.listing import show_checks

    show_checks(engine.catalogue(), rubrics.chosen(options), make_console(sys.stdout))
    return PASSED


def _nothing_changed(revision: str) -> int:
    from grading.messages import _
    from grading.reports.text import encodable, safe

    text = _("grade: с ревизии {revision} ни одна работа не изменилась, проверять нечего").format(revision=safe(revision))
    print(encodable(text, getattr(sys.stderr, "encoding", None) or "utf-8"), file=sys.stderr)
    return PASSED


def _ci(platform: str, folders: Sequence[str]) -> int:
    from grading import ci
    from grading.messages import _
    from grading.reports.console import make_console
    from grading.reports.text import safe

    if len(folders) > 1:
        raise ConfigError(_("для --ci нужна одна папка"))
    for path in ci.write(platform, Path(folders[0] if folders else ".")):
        line = _("записан {path}").format(path=safe(str(path)))
        make_console(sys.stdout).print(line, markup=False, highlight=False, soft_wrap=True)
    return PASSED


def _new(folder: str, variant: str) -> int:
    from grading import starting
    from grading.messages import _
    from grading.reports.console import make_console
    from grading.reports.text import safe

    starting.lay_out(Path(folder), variant)
    text = _("Заготовка лежит в папке {folder}; что делать дальше, сказано в её README.md. Проверить: grade {folder}")
    make_console(sys.stdout).print(text.format(folder=safe(folder)), markup=False, highlight=False, soft_wrap=True)
    return PASSED


def _doctor(engine: Engine) -> int:
    from grading.reports.console import make_console
    from grading.reports.listing import show_layers

    show_layers(engine.examine(), make_console(sys.stdout))
    return PASSED


def _complain(error: ConfigError) -> None:
    from grading.reports.text import encodable, safe

    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    print(encodable(f"grade: {safe(str(error))}", encoding), file=sys.stderr)


def _real_engine() -> Engine:
    from grading.ahead import grade
    from grading.catalogue import catalogue
    from grading.submission import find

    return Engine(find, grade, catalogue, _examine)


def _examine() -> "Sequence[Layer]":
    from grading.sandbox.doctor import examine

    return examine()


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("chat-lab")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0"


if __name__ == "__main__":
    entry()
