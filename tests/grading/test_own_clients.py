"""The students' own clients at their terminals: each of the zoo, of the labs and of the real reports is judged as it deserves."""

from __future__ import annotations

from pathlib import Path

import pytest

from grading.bench import Bench
from grading.lab import Lab
from grading.learned import Learned
from grading.own_clients import last_words
from grading.plugin import Grading
from grading.result import CheckResult, Verdict
from grading.runner import run_checks
from grading.running import Launch
from grading.sandbox import open_sandbox
from grading.submission import Submission, find
from reference.dialect import Dialect

pytestmark = pytest.mark.linux
ROOT = Path(__file__).parents[2]
ZOO = ROOT / "tests" / "zoo"
SEEDS = ROOT.parent / "shared" / "seeds"
ID = "own-clients-chat"

BROKEN = {
    "client_crashes_on_a_message": "завершился с ошибкой: ValueError: not enough values to unpack (expected 2, got 1) (client.py:15)",
    "client_cuts_the_end": "появилось «",
    "client_deaf_while_typing": "это появляется, только когда Вера отправит что-нибудь своё",
    "client_decodes_ascii": "последняя ошибка клиента: UnicodeDecodeError",
    "client_encodes_ascii": "у Бориса клиент ничего не отправил: UnicodeEncodeError",
    "client_filters_too_much": "не появилось ничего",
    "client_hangs_up_on_cyrillic": "клиент у Веры закрыл соединение; на его экране: «Соединение потеряно»",
    "client_locks_itself": "застыл навсегда: ни сеть, ни клавиатуру он больше не читает",
    "client_never_flushes": "клиент это прочёл, но на экране оно появляется, только когда Вера нажмёт Enter",
    "client_never_listens": "не появилось ничего",
    "client_other_port": "клиент идёт на другой порт: в его коде 9207 нет",
    "client_other_port_own_words": "клиент идёт на другой порт: в его коде 9239 нет",
    "client_sends_one_word": "из набранного дошло только «слышно»",
    "two_user_client_mute": "появилось «Собеседник: ....",
}
RIGHT = {
    "client_asks_everything": Verdict.PASSED,
    "client_asks_in_riddles": Verdict.NA,
    "client_asks_once_more": Verdict.PASSED,
    "client_asks_where_in_one": Verdict.PASSED,
    "client_asyncio": Verdict.PASSED,
    "client_from_command_line": Verdict.PASSED,
    "client_in_turns": Verdict.PASSED,
    "client_menu_at_the_door": Verdict.PASSED,
    "client_never_rests": Verdict.PASSED,
    "client_redraws_its_prompt": Verdict.PASSED,
    "client_registers": Verdict.PASSED,
    "client_selects": Verdict.PASSED,
    "client_shows_two_questions": Verdict.PASSED,
    "client_signs_each_datagram": Verdict.PASSED,
    "client_sleepy": Verdict.PASSED,
    "client_talks_in_commands": Verdict.NA,
    "client_with_menu": Verdict.NA,
    "client_with_password": Verdict.NA,
    "client_with_window": Verdict.NA,
    "clients_one_and_two": Verdict.PASSED,
}


def judged(submission: Submission, *, isolation: str = "auto", clock: str = "auto", understood: bool = True) -> CheckResult:
    """The check alone, on a server that counts as understood: what an interview would find out is told here."""
    two = b"variant: two-user" in submission.files[submission.server] or "student_blocking" in submission.path
    seats = 2 if two else None
    then = "1" if b"\nthen: 1\n" in submission.files[submission.server] else ""
    launch = Launch(tuple(submission.argv), submission.cwd, submission.settings.stdin)
    bench = Bench(lambda: open_sandbox(submission.files, isolation=isolation), launch, "1", clock)
    bench.learned = Learned(Dialect(then=then, turns="alternate" if two else "free"), understood, seats)
    grading = Grading(Lab(submission), bench, (ID,))
    try:
        run_checks(grading)
    finally:
        bench.close()
    assert not grading.troubles
    return grading.results[ID]


def zoo(kind: str, name: str) -> Submission:
    (submission,) = find(ZOO / kind / name)
    return submission


def test_every_client_of_the_zoo_is_here() -> None:
    assert {path.name for path in (ZOO / "broken").iterdir() if path.is_dir() and "client" in path.name} == set(BROKEN)
    assert {path.name for path in (ZOO / "right").iterdir() if path.is_dir() and "client" in path.name} == set(RIGHT)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_client_is_caught(name: str) -> None:
    result = judged(zoo("broken", name))
    assert result.verdict is Verdict.FAILED, result
    assert BROKEN[name] in result.actual
    assert not result.unstable


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_client_is_left_in_peace(name: str) -> None:
    result = judged(zoo("right", name))
    assert result.verdict is RIGHT[name], result


def test_the_line_where_the_deaf_client_sits_is_shown() -> None:
    result = judged(zoo("broken", "client_never_listens"))
    (place,) = result.stuck
    assert (place.file, place.line, place.call) == ("client.py", 7, "read")
    assert place.waits_for == "пока в его окне что-нибудь наберут"


def test_the_lines_where_a_frozen_client_waits_for_itself_are_shown() -> None:
    result = judged(zoo("broken", "client_locks_itself"))
    assert {(place.file, place.line, place.call) for place in result.stuck} == {("client.py", 9, "lock")}


@pytest.mark.parametrize("name", ["client_asks_everything", "client_in_turns"])
def test_the_floor_does_as_well(name: str) -> None:
    assert judged(zoo("right", name), isolation="floor").verdict is Verdict.PASSED


def test_without_the_kernels_word_nothing_is_said() -> None:
    assert judged(zoo("broken", "client_never_listens"), clock="quiet-period").verdict is Verdict.NA


def test_of_a_server_nobody_understood_nothing_bad_is_said() -> None:
    assert judged(zoo("broken", "client_never_listens"), understood=False).verdict is Verdict.NA
    assert judged(zoo("right", "client_selects"), understood=False).verdict is Verdict.PASSED


@pytest.mark.parametrize("path", sorted((ROOT / "labs").glob("student_*")), ids=lambda path: path.name)
def test_the_clients_of_the_labs_chat(path: Path) -> None:
    (submission,) = find(path)
    at_keyboard = path.name == "student_console"  # the other speaker has no client: he sits at the server
    assert judged(submission).verdict is (Verdict.NA if at_keyboard else Verdict.PASSED)


@pytest.mark.seeds
@pytest.mark.parametrize("number", ["000", "001", "002", "003", "004"])
def test_the_clients_of_the_real_reports_chat(number: str) -> None:
    (submission,) = find(next(SEEDS.glob(f"{number}*")))
    assert judged(submission).verdict is Verdict.PASSED


def test_a_screen_is_not_quoted_from_the_middle_of_a_word_on() -> None:
    assert last_words("короткий экран") == "короткий экран"
    assert last_words("Traceback (most recent call last): " + "слово " * 24 + "конец").startswith("…last): слово")
    assert len(last_words("я" * 500)) == 161
