"""`chat bench`: its options, and what it prints."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from reference.bench import plots
from reference.bench.contest import LOADS, SPARE, Contestant, Plan, run
from reference.bench.crowd import LoadError
from reference.bench.figures import Round, save
from reference.bench.soak import soak
from reference.bench.speech import IRC, SHORTEST, Speech, UnspeakableError, of_dialect, of_irc
from reference.bench.target import Target, allow_descriptors, listener_of, reference_server
from reference.dialect import Dialect

PAIRS: Final = ("blocking",)  # styles that serve two people, and no more
ERRORS: Final = (LoadError, UnspeakableError, plots.PlotsError)  # each says in one line why there can be no bench
MOST_GUESTS: Final = 20_000
SOAK_GUESTS, SOAK_VISITORS, SOAK_SECONDS = 5_000, 1_000, 60.0
LONGEST: Final = 3600.0  # seconds; a load is bounded, whatever is typed


@dataclass(frozen=True, slots=True)
class Styles:
    """What the `chat` command knows: its servers, and how a word names one or a dialect. Both raise for a word that does not."""

    names: Iterable[str]
    style: Callable[[str], str]
    dialect: Callable[[str], Dialect]


def options(parser: argparse.ArgumentParser, styles: Styles) -> None:
    """Give `chat bench` its options."""
    crowds = [name for name in styles.names if name not in PAIRS]
    parser.add_argument("styles", nargs="*", type=styles.style, metavar="СТИЛЬ", help=f"что измерять; без него: {', '.join(crowds)}")
    parser.add_argument(
        "--server",
        action="append",
        default=[],
        metavar="[ИМЯ=]ПОРТ[,ДИАЛЕКТ]",
        help="ещё и сервер, который уже слушает на этом компьютере; диалект как у --dialect или irc",
    )
    parser.add_argument("--dialect", default="lines", metavar="ДИАЛЕКТ", help="как говорят серверы, по умолчанию lines")
    parser.add_argument("--load", nargs="+", choices=LOADS, default=["closed", "open", "idle"], metavar="НАГРУЗКА", help=", ".join(LOADS))
    parser.add_argument("--guests", nargs="+", type=_count(1, MOST_GUESTS), metavar="N", help="сколько гостей, по умолчанию 30 300")
    parser.add_argument("--senders", type=_count(1, MOST_GUESTS), default=16, metavar="S", help="сколько из них говорят, по умолчанию 16")
    parser.add_argument("--bytes", type=_count(SHORTEST, 60_000), default=60, metavar="B", help="длина реплики, по умолчанию 60")
    parser.add_argument("--rate", type=_count(1, 100_000), default=200, metavar="R", help="реплик в секунду в нагрузках open и churn")
    parser.add_argument("--visitors", type=_count(1, MOST_GUESTS), metavar="V", help="сколько гостей приходят и уходят в нагрузке churn")
    parser.add_argument("--seconds", type=_seconds, metavar="СЕК", help="сколько длится один замер, по умолчанию 1")
    parser.add_argument("--rounds", type=_count(1, 1000), default=5, metavar="K", help="сколько раз, по очереди со всеми; по умолчанию 5")
    parser.add_argument("--json", type=Path, metavar="ФАЙЛ", help="сохранить все замеры")
    parser.add_argument("--plots", type=Path, metavar="ПАПКА", help="нарисовать графики (нужен matplotlib)")
    parser.add_argument("--soak", action="store_true", help="всё, чем сервер можно измучить, пока двое разговаривают и не должны заметить")
    parser.add_argument("--machine", default="", metavar="СЛОВА", help="что записать в файл о компьютере")
    parser.set_defaults(known=styles, crowds=crowds)


def main(chosen: argparse.Namespace) -> int:
    """Run the bench. Returns 0, or 1 if a line was lost, doubled, torn or misattributed. Raises one of ERRORS.

    SIGTERM ends it as Ctrl-C does: the servers it started are its own to end.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    descriptors = allow_descriptors()
    contestants = list(_contestants(chosen))
    if chosen.soak:
        return _soak(contestants, chosen, descriptors)
    if chosen.plots:
        plots.available()  # better now than after a minute
    plan = Plan(
        loads=chosen.load,
        guests=chosen.guests or (30, 300),
        senders=chosen.senders,
        size=chosen.bytes,
        rate=float(chosen.rate),
        visitors=chosen.visitors or 30,
        seconds=chosen.seconds or 1.0,
        rounds=chosen.rounds,
    )
    rounds = []
    for one in run(contestants, plan, descriptors):
        rounds.append(one)
        print(f"\r{progress(one)}\x1b[K", end="", file=sys.stderr, flush=True) if sys.stderr.isatty() else None
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    show(rounds)
    _keep(rounds, chosen)
    return 1 if any(one.faults for one in rounds) else 0


def _soak(contestants: Sequence[Contestant], chosen: argparse.Namespace, descriptors: int) -> int:
    """Returns 1 if something was not as it should be."""
    guests, churners = max(chosen.guests or [SOAK_GUESTS]), chosen.visitors or SOAK_VISITORS
    if max(guests, churners) + SPARE > descriptors:
        raise LoadError(f"нужно {max(guests, churners) + SPARE} дескрипторов, система даёт {descriptors}; поможет --guests или ulimit -n")
    good = True
    for one in contestants:
        if one.pair:
            raise LoadError(f"{one.label}: двоим гостям мешать некому")
        target = one.start()
        try:
            print(one.label, flush=True)
            for finding in soak(target, guests, churners, chosen.seconds or SOAK_SECONDS):
                good = good and finding.good
                print(("✓ " if finding.good else "✗ ") + finding.title, flush=True)
                print("    " + "; ".join(text if fine else f"НЕ ТАК: {text}" for text, fine in finding.seen), flush=True)
        finally:
            target.close()
    return 0 if good else 1


def progress(one: Round) -> str:
    """What to show while it goes on."""
    return f"{one.server}: {one.load}, гостей {one.guests}, замер {one.number + 1}"


def show(rounds: Sequence[Round]) -> None:
    """Print the tables of all that was measured."""
    from rich.console import Console  # noqa: PLC0415 - a server that starts need not wait for it

    from reference.bench.table import tables  # noqa: PLC0415

    console = Console()
    for table in tables(rounds):
        console.print(table)


def _keep(rounds: list[Round], chosen: argparse.Namespace) -> None:
    try:
        if chosen.json:
            save(rounds, chosen.json, chosen.machine)
            print(f"замеры: {chosen.json}")
        if chosen.plots:
            for path in plots.save(rounds, chosen.plots):
                print(f"график: {path}")
    except OSError as error:
        raise LoadError(f"не могу записать {error.filename}: {error.strerror}") from error


def _contestants(chosen: argparse.Namespace) -> Iterator[Contestant]:
    styles = list(dict.fromkeys(chosen.styles or ([] if chosen.server else chosen.crowds)))
    speech = _speech(chosen.dialect, chosen.known) if styles else None
    for style in styles:
        assert speech is not None
        if chosen.dialect == IRC:
            raise LoadError("наши серверы не говорят на irc")
        yield Contestant(style, speech, partial(reference_server, style, chosen.dialect, speech), style in PAIRS)
    for word in chosen.server:
        yield _listening(word, chosen)


def _listening(word: str, chosen: argparse.Namespace) -> Contestant:
    """A server that runs already, as `--server` names it."""
    label, _, where = word.rpartition("=")
    number, _, dialect = where.partition(",")
    if not (number.isascii() and number.isdigit() and 0 < int(number) <= 65_535):
        raise LoadError(f"--server {word}: порт - это число от 1 до 65535, например --server ngircd=6667,irc")
    port = int(number)
    speech = _speech(dialect or chosen.dialect, chosen.known)
    target = Target(label or f"порт {port}", ("127.0.0.1", port), speech, listener_of(port))
    return Contestant(target.label, speech, lambda: target, speech.alternate)


def _speech(word: str, styles: Styles) -> Speech:
    return of_irc() if word == IRC else of_dialect(styles.dialect(word), word)


def _count(least: int, most: int) -> Callable[[str], int]:
    def number(word: str) -> int:
        if not (word.isascii() and word.isdigit() and least <= int(word) <= most):
            raise argparse.ArgumentTypeError(f"нужно целое число от {least} до {most}, а не {word}")
        return int(word)

    return number


def _seconds(word: str) -> float:
    try:
        seconds = float(word)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= LONGEST:
        raise argparse.ArgumentTypeError(f"нужно число секунд до {LONGEST:.0f}, а не {word}")
    return seconds
