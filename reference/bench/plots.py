"""The figures of a bench as pictures, with matplotlib (the extra `bench`). Each function makes one Figure; a notebook shows it as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reference.bench.figures import Round, Spread, grouped

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Of = Callable[[Round], float | None]


class PlotsError(Exception):
    """There can be no pictures; the text says why in one line."""


def deliveries(rounds: Sequence[Round]) -> Figure:
    """Deliveries a second against the number of people."""
    figure, axes = _canvas("Доставок в секунду", "тысяч в секунду")
    _lines(axes, rounds, "closed", lambda one: one.per_second, 1e-3)
    return _done(figure, axes)


def cpu(rounds: Sequence[Round]) -> Figure:
    """Processor time per delivery against the number of people."""
    figure, axes = _canvas("Время процессора на доставку", "микросекунд")
    _lines(axes, rounds, "closed", lambda one: one.cpu_each, 1e6)
    return _done(figure, axes)


def growth(rounds: Sequence[Round]) -> Figure:
    """The same, as a multiple of what it is with the fewest people: a server whose line rises is in trouble with a crowd."""
    figure, axes = _canvas("Во сколько раз дороже доставка, когда гостей больше", "раз")
    for server in _servers(rounds):
        points = _points(rounds, server, "closed", lambda one: one.cpu_each)
        if points:
            least = points[0][1].middle
            axes.plot([x for x, _ in points], [spread.middle / least for _, spread in points], marker="o", label=server)
    axes.set_xscale("log")
    axes.set_xlabel("гостей")
    axes.axhline(1, color="grey", linewidth=0.5)
    return _done(figure, axes)


def latency(rounds: Sequence[Round]) -> Figure:
    """Time from when a line is due until the last of the others has heard it: half of all lines, and 99 of 100."""
    figure, axes = _canvas("Пока услышат все: p50 (сплошная) и p99 (пунктир)", "миллисекунд")
    _lines(axes, rounds, "open", lambda one: one.p50, 1e3)
    axes.set_prop_cycle(None)  # the same colours again
    _lines(axes, rounds, "open", lambda one: one.p99, 1e3, dashed=True)
    axes.set_yscale("log")
    return _done(figure, axes)


def memory(rounds: Sequence[Round]) -> Figure:
    """Memory of the server per guest."""
    figure, axes = _canvas("Память сервера на одного гостя", "КиБ")
    groups = [group for group in grouped(one for one in rounds if one.load == "idle").values() if group[0].memory is not None]
    names = [f"{group[0].server}\n{group[0].guests}" for group in groups]
    axes.bar(names, [(one.memory or 0) / 1024 for one, *_ in groups])
    return _done(figure, axes)


ALL: Final[dict[str, Callable[[Sequence[Round]], Figure]]] = {
    "deliveries": deliveries,
    "cpu": cpu,
    "growth": growth,
    "latency": latency,
    "memory": memory,
}


def available() -> None:
    """Raises PlotsError if matplotlib is not there."""
    try:
        import matplotlib.figure  # noqa: PLC0415, F401 - a second of start-up, for those who want pictures
    except ImportError as error:
        raise PlotsError("для графиков нужен matplotlib: pip install 'chat-lab[bench]'") from error


def save(rounds: Sequence[Round], folder: Path) -> list[Path]:
    """Write all pictures there are figures for, as SVG; returns the files.

    Raises:
        PlotsError: matplotlib is not there.
        OSError: the folder cannot be written.
    """
    available()
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, draw in ALL.items():
        figure = draw(rounds)
        if figure.axes[0].has_data():
            paths.append(folder / f"{name}.svg")
            figure.savefig(paths[-1])
    return paths


def _canvas(title: str, unit: str) -> tuple[Figure, Axes]:
    available()
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(7, 4), layout="constrained")  # no pyplot: nothing global, no window
    axes = figure.subplots()
    axes.set_title(title)
    axes.set_ylabel(unit)
    return figure, axes


def _done(figure: Figure, axes: Axes) -> Figure:
    if axes.get_legend_handles_labels()[0]:
        axes.legend()
    axes.grid(alpha=0.3)
    return figure


def _servers(rounds: Iterable[Round]) -> list[str]:
    return list(dict.fromkeys(one.server for one in rounds))


def _points(rounds: Iterable[Round], server: str, load: str, figure: Of) -> list[tuple[int, Spread]]:
    """(guests, spread) in the order of guests."""
    points = []
    for group in grouped(one for one in rounds if one.server == server and one.load == load).values():
        if spread := Spread.of(figure(one) for one in group):
            points.append((group[0].guests, spread))
    return sorted(points, key=lambda point: point[0])


def _lines(axes: Axes, rounds: Sequence[Round], load: str, figure: Of, scale: float, *, dashed: bool = False) -> None:
    for server in _servers(rounds):
        points = _points(rounds, server, load, figure)
        if points:
            spreads = [spread for _, spread in points]
            away = [[(s.middle - s.low) * scale for s in spreads], [(s.high - s.middle) * scale for s in spreads]]
            axes.errorbar(
                [x for x, _ in points],
                [spread.middle * scale for spread in spreads],
                yerr=away,
                marker="o",
                capsize=3,
                linestyle="--" if dashed else "-",
                label=None if dashed else server,
            )
    axes.set_xscale("log")
    axes.set_xlabel("гостей")
