"""The command line of `grade`: its options, as DESIGN and the README name them, and nothing that does not work yet."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from typing import NoReturn

from grading.ci import TEMPLATES as PLATFORMS
from grading.messages import LANGUAGES, _, use
from grading.reports import FORMATS
from grading.rubrics import suggest
from grading.rubrics.policy import LEVELS


class _Parser(argparse.ArgumentParser):
    """One clear line for a mistake; argparse prints the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        unknown = re.match(r"unrecognized arguments: (--?[\w-]+)", message)
        options = [name for action in self._actions for name in action.option_strings if name.startswith("--")]
        hint = suggest(unknown.group(1), options) if unknown else ""
        self.exit(2, _("grade: ошибка в командной строке: {message}.").format(message=message) + hint + "\n")


class _Layout(argparse.RawDescriptionHelpFormatter):
    """The lines of the help as they are written, under a heading in the reader's language."""

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[argparse._MutuallyExclusiveGroup],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, prefix or _("Запуск: "))


def parse(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the arguments; `lang` is None unless given. Raises SystemExit after --help, and with code 2 for a mistake."""
    words = sys.argv[1:] if argv is None else list(argv)
    use(_language(words))  # the help itself is in the language asked for
    about = _("Проверяет чаты на сокетах и говорит, какая строка мешает.")
    usage = _("grade [опции] PATH...")
    parser = _Parser("grade", usage, about, _exit_codes(), add_help=False, formatter_class=_Layout, allow_abbrev=False)
    works = parser.add_argument_group(_("работы"))
    works.add_argument("paths", nargs="*", metavar="PATH", help=_("папка с работой, дерево целого курса или отчёт (.md, .markdown, .txt)"))
    _what(parser.add_argument_group(_("что проверять")))
    _how(parser.add_argument_group(_("как проверять")))
    _output(parser.add_argument_group(_("что показать")))
    _instead(parser.add_argument_group(_("вместо проверки")))
    return parser.parse_args(words)


def _what(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--changed", metavar="REV", help=_("только работы, изменённые с этой ревизии git"))
    group.add_argument("--variant", default="", help=_("вариант задания; без него — тот, что даёт больше баллов курса"))
    group.add_argument("--rubric", action="append", default=[], metavar="FILE", help=_("свои баллы, файл TOML; можно несколько раз"))
    group.add_argument(
        "--check", action="append", default=[], metavar="ID", help=_("только эта проверка и те, что нужны ей; можно несколько раз")
    )


def _how(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--jobs", type=_positive, default=0, metavar="N", help=_("сколько работ сразу; без него — по числу процессоров"))
    group.add_argument("--seed", type=int, metavar="N", help=_("зерно случайности; без него — из содержимого работы"))
    group.add_argument(
        "--isolation", type=_isolation, default="auto", metavar="auto|require:TIER|floor",
        help=_("лучшая изоляция, какая есть; только эта ступень; или одни пределы на процесс"),
    )  # fmt: skip
    group.add_argument(
        "--repeat", type=_positive, default=1, metavar="N", help=_("проверить N раз и сличить отчёты; код 3, если они разные")
    )


def _output(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--format", choices=FORMATS, default="terminal", help=_("вид отчёта"))
    group.add_argument("--durations", action="store_true", help=_("показать, на что ушло время"))
    files = _("ещё и файлы в эту папку: по каждой работе JSON и страница, и то, что положено по формату")
    group.add_argument("--output", metavar="DIR", help=files)
    group.add_argument(
        "--visibility", choices=LEVELS, default="", help=_("что видно о проверках, вместо сказанного в файле баллов; full — всё")
    )
    group.add_argument("--lang", choices=LANGUAGES, help=_("язык отчёта, по умолчанию русский"))


def _instead(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--list", action="store_true", help=_("показать проверки и баллы"))
    group.add_argument("--new", metavar="DIR", help=_("положить в новую папку заготовку работы; вариант задаёт --variant"))
    group.add_argument("--ci", choices=PLATFORMS, help=_("записать файлы для проверки при каждом push в папку PATH, без неё — в текущую"))
    group.add_argument("--doctor", action="store_true", help=_("показать, какая изоляция работает на этом компьютере"))
    group.add_argument("--version", action="store_true", help=_("показать версию"))
    group.add_argument("-h", "--help", action="help", help=_("показать эту справку"))


def _exit_codes() -> str:
    return _(
        "Код завершения: 0 — все работы зачтены, 1 — не все,\n2 — ошибка в командной строке или настройках, 3 — сбой на нашей стороне.\n"
        "Если подходят несколько, 2 важнее 3, а 3 важнее 1."
    )


def _language(words: Sequence[str]) -> str:
    for word, following in zip(words, [*words[1:], ""], strict=False):  # no words, no pairs
        chosen = following if word == "--lang" else word.removeprefix("--lang=")
        if word.startswith("--lang") and chosen in LANGUAGES:
            return chosen
    return "ru"


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(_("нужно целое число больше нуля, а не «{text}»").format(text=text))
    return number


def _isolation(text: str) -> str:
    known = ("auto", "floor", "require:bubblewrap", "require:floor")
    if text in known:
        return text
    raise argparse.ArgumentTypeError(_("нужно одно из: {known}, а не «{text}»").format(known=", ".join(known), text=text))
