"""`chat bench` as its user has it: every load on real servers, for a moment. No test looks at a time."""

from __future__ import annotations

import io
import json
import socket
import sys
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from reference.__main__ import main
from reference.bench import mischief, plots, trials
from reference.bench.contest import Contestant, Plan, run
from reference.bench.figures import FiguresError, Round, Spread, load, ratio, save
from reference.bench.speech import of_dialect
from reference.bench.table import tables
from reference.bench.target import start
from reference.dialect import KNOWN

SCHEMA = json.loads((Path(plots.__file__).parent / "schema.json").read_text(encoding="utf-8"))
LINES = of_dialect(KNOWN["lines"], "lines")


def one(server: str = "a", number: int = 0, **figures: object) -> Round:
    given = {"load": "closed", "guests": 30, "senders": 16, "size": 60, "seconds": 2.0, "messages": 10, "deliveries": 1000, **figures}
    return Round(server=server, dialect="lines", number=number, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("style", ["blocking", "threaded", "polling"])
def test_every_load_on_a_real_server(style: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    arguments = "--guests 4 --senders 2 --seconds 0.1 --rounds 2 --visitors 3 --load closed open churn idle --machine"
    assert main(["bench", style, *arguments.split(), "here", "--json", str(file), "--plots", str(tmp_path)]) == 0
    jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), SCHEMA)
    rounds = load(file)
    loads = {"closed", "open"} if style == "blocking" else {"closed", "open", "churn", "idle"}
    assert {each.load for each in rounds} == loads
    talks = [each for each in rounds if each.load != "idle"]
    assert all(each.deliveries == each.messages * (each.guests - 1) > 0 for each in talks)
    assert all(each.faults == 0 and each.cpu is not None for each in rounds)
    out = capsys.readouterr().out
    assert style in out
    assert (tmp_path / "cpu.svg").read_text(encoding="utf-8").count("<svg") == 1


def test_who_does_not_read_is_let_go() -> None:
    contestant = Contestant("polling", LINES, lambda: start("polling", command("polling"), LINES))
    without, with_him = run([contestant], Plan(loads=["deaf"], guests=[3], senders=1, seconds=0.1, rounds=1), 1000)
    assert (without.load, with_him.load) == ("hearing", "deaf")
    assert with_him.let_go
    assert with_him.faults == 0


def command(style: str, room: str = "Room") -> list[str]:
    """A server, perhaps with a room of one's own."""
    program = f"""
from dataclasses import replace
import reference.__main__ as chat
from reference.room import Room, Send
class Wrong(Room):
    count = 0
    def hear(self, guest, data):
        return [self.wrong(each) if isinstance(each, Send) and b"~" in each.data else each for each in super().hear(guest, data)]
class Forgetful(Wrong):
    def wrong(self, send):
        self.count += 1
        return replace(send, recipients=send.recipients[self.count % 5 == 0:])
class Twice(Wrong):
    def wrong(self, send):
        return replace(send, data=send.data * 2)
class Muddled(Wrong):
    names = dict()
    def wrong(self, send):
        name, said = send.data.split(b": ", 1)
        other = next(iter(set(self.names) - set([name])), name)
        self.names[name] = True
        return replace(send, data=other + b": " + said)
class Tearing(Wrong):
    def wrong(self, send):
        return replace(send, data=send.data[:-9] + send.data[-1:])
chat.Room = {room}
chat.main(["serve", "{style}", "--port", "0"])
"""
    return [sys.executable, "-c", program]


@pytest.mark.parametrize(
    ("room", "fault"), [("Forgetful", "lost"), ("Twice", "duplicated"), ("Muddled", "misattributed"), ("Tearing", "torn")]
)
def test_a_server_that_goes_wrong_is_found_out(room: str, fault: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("reference.bench.drive.DRAIN", 0.3)
    target = start("wrong", command("threaded", room), LINES)
    file = tmp_path / "figures.json"
    try:
        arguments = f"--server wrong={target.address[1]},lines --load open --guests 3 --seconds 0.1 --rounds 1 --json"
        assert main(["bench", *arguments.split(), str(file)]) == 1
    finally:
        target.close()
    (seen,) = load(file)
    assert getattr(seen, fault) > 0
    assert seen.server == "wrong"
    assert seen.cpu is not None  # its process was found by the port


def test_a_small_soak(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for trial, name, value in (
        (trials.HalfOpen, "SECONDS", 0.1),
        (trials.NotReading, "RATE", 40_000_000),
        (mischief.Pouring, "MEGABYTES", 0.1),
        (mischief.OddNames, "SECONDS", 0.2),
    ):
        monkeypatch.setattr(trial, name, value)
    assert main(["bench", "--soak", "polling", "--guests", "8", "--visitors", "4", "--seconds", "0.3"]) == 0
    out = capsys.readouterr().out
    assert out.count("✓") == 8
    assert "внутри 8 из 8" in out
    assert "НЕ ТАК" not in out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("poling", "polling?"),
        ("polling --dialect linse", "linse"),
        ("polling --dialect irc", "irc"),
        ("--server x", "порт"),
        ("--server ngircd=70000,irc", "порт"),
        ("--server 6667,irk", "irk"),
        ("polling --load close", "--load"),
        ("polling --guests 0", "--guests"),
        ("polling --guests 1000000", "--guests"),
        ("polling --seconds x", "--seconds"),
        ("polling --bytes 3", "--bytes"),
        ("--soak blocking", "blocking"),
    ],
)
def test_what_cannot_be_measured_is_said_in_one_line(arguments: str, complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *arguments.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("chat: ")
    assert err.count("\n") == 1
    assert complaint in err


def test_a_port_of_nobody_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    assert main(["bench", "--server", str(port), "--load", "closed"]) == 2
    assert capsys.readouterr().err == f"chat: на порту {port} никто не слушает\n"


def test_without_matplotlib_it_is_said_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert main(["bench", "polling", "--plots", str(tmp_path)]) == 2
    assert "chat-lab[bench]" in capsys.readouterr().err


# -- figures


def test_figures_are_read_as_they_were_kept(tmp_path: Path) -> None:
    rounds = [one(cpu=0.5, p50=0.001), one("b [x]", 1, lost=3, rate=200.0), one(load="deaf", let_go=True, let_go_after=5)]
    save(rounds, tmp_path / "f.json", "two cores")
    jsonschema.validate(json.loads((tmp_path / "f.json").read_text(encoding="utf-8")), SCHEMA)
    assert load(tmp_path / "f.json") == rounds


@pytest.mark.parametrize("text", ["", "[]", '{"schema": "other"}', '{"schema": "chat-lab/bench/v1", "rounds": [{"server": "x"}]}'])
def test_a_file_of_something_else_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "f.json").write_text(text, encoding="utf-8")
    with pytest.raises(FiguresError):
        load(tmp_path / "f.json")


def test_a_ratio_is_of_rounds_that_ran_side_by_side() -> None:
    above = [one("a", number, cpu=cpu) for number, cpu in enumerate((2.0, 4.0, 90.0))]
    below = [one("b", number, cpu=cpu) for number, cpu in enumerate((1.0, 4.0, 30.0))]
    assert ratio(above, below, lambda each: each.cpu_each) == Spread(2.0, 1.0, 3.0)
    assert ratio(above, [], lambda each: each.cpu_each) is None


def test_tables_show_what_was_not_measured_as_a_dash_and_take_any_name() -> None:
    console = Console(file=io.StringIO(), width=100)
    for table in tables([one("[bold]x"), one("b", load="hearing", p99=1.0), one("b", load="deaf", p99=3.0, let_go=False)]):
        console.print(table)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "[bold]x" in text
    assert " - " in text
    assert "0 из 1" in text
    assert "3" in text


def test_pictures_have_a_line_for_each_server() -> None:
    rounds = [one(server, guests=guests, cpu=0.1 * guests) for server in "ab" for guests in (30, 300)]
    assert [line.get_text() for line in plots.cpu(rounds).axes[0].get_legend().get_texts()] == ["a", "b"]
    assert max(plots.growth(rounds).axes[0].lines[0].get_ydata()) == pytest.approx(10)  # type: ignore[arg-type]
    assert not plots.memory(rounds).axes[0].has_data()
