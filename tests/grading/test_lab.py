"""What a check is told of the submission itself: why it did not start, and which of its lines is meant."""

from __future__ import annotations

import pytest

from grading.eyes import Waiting
from grading.lab import Lab
from grading.result import Stuck
from grading.running import NotStarted
from grading.submission.model import Origin, Problem, SourceFacts, Submission
from grading.verdicts import CheckFailed

SERVER = b"""import socket
from chat import room

def main():
    while True:
        conn, _ = sock.accept()
        while True:
            talk(conn)

main()
"""
FILES = {"server.py": SERVER, "chat/room.py": "# комната\nlimit = 1 / 0\n".encode(), "broken.py": b"def (:\n"}


def lab(**changes: object) -> Lab:
    return Lab(Submission("student", **{"files": FILES, "server": "server.py", **changes}))  # type: ignore[arg-type]


def why(lab: Lab) -> str:
    with pytest.raises(CheckFailed) as failure:
        lab.starts()
    assert failure.value.expected == "сервер запускается и слушает порт"
    return failure.value.actual


def failed(reason: str, code: int | None = None, output: str = "", **changes: object) -> Lab:
    made = lab(**changes)
    made.failure, made.output = NotStarted(reason, code), output
    return made


# -- why it did not start


def test_a_server_that_listens_has_started() -> None:
    lab().starts()


def test_a_problem_found_in_the_source_goes_before_everything() -> None:
    problem = Problem("syntax", "синтаксическая ошибка в server.py:3", "server.py", 3, "def (:")
    made = lab(problem=problem)
    assert why(made) == "синтаксическая ошибка в server.py:3"
    assert made.stuck == (Stuck("server.py", 3, "def (:", "", ""),)


def test_a_problem_of_no_single_line_points_at_none() -> None:
    assert lab(problem=Problem("empty", "пусто")).stuck == ()


TRACE = """\
Слушаю порт 9090
Traceback (most recent call last):
  File "/lab/server.py", line 10, in <module>
    main()
  File "/lab/chat/room.py", line 2, in <module>
    limit = 1 / 0
            ~~^~~
  File "/usr/lib/python3.11/socket.py", line 5, in helper
    raise
ZeroDivisionError: division by zero
"""


@pytest.mark.parametrize(
    ("code", "output", "told"),
    [
        (0, "", "программа завершилась с кодом 0, ничего не слушая"),
        (3, "прощайте\n", "программа завершилась с кодом 3, ничего не слушая"),
        (-11, "", "программа завершилась по сигналу 11, ничего не слушая"),
        (1, TRACE, "программа завершилась с кодом 1: ZeroDivisionError: division by zero (chat/room.py:2)"),
        (1, TRACE + "\n  \n", "программа завершилась с кодом 1: ZeroDivisionError: division by zero (chat/room.py:2)"),
        (1, '  File "/usr/lib/python3/x.py", line 1\nOSError: no\n', "программа завершилась с кодом 1, ничего не слушая"),
        (1, '  File "/lab/../etc/passwd", line 1\nOSError: no\n', "программа завершилась с кодом 1, ничего не слушая"),
    ],
)
def test_a_program_that_ended(code: int, output: str, told: str) -> None:
    assert why(failed("exited", code, output)) == told


def test_the_last_line_of_a_flood_is_cut() -> None:
    assert len(why(failed("exited", 1, '  File "/lab/server.py", line 2\n' + "E" * 5000))) < 400


def test_on_the_floor_a_traceback_is_told_too() -> None:
    output = TRACE.replace("/lab/", "/tmp/chat-lab-x2f/lab/")
    assert why(failed("exited", 1, output)) == "программа завершилась с кодом 1: ZeroDivisionError: division by zero (chat/room.py:2)"


def test_a_traceback_of_a_report_names_the_reports_line() -> None:
    origin = {"server.py": Origin("report.md", tuple(range(40, 51)))}
    output = 'Traceback (most recent call last):\n  File "/lab/server.py", line 6, in main\nOSError: no\n'
    assert why(failed("exited", 1, output, origin=origin)) == "программа завершилась с кодом 1: OSError: no (report.md:45)"


@pytest.mark.parametrize(
    ("reason", "transport", "told", "where"),
    [
        ("input", "", "сервер ждёт ввода с клавиатуры и не начинает слушать порт", " (server.py:6)"),
        ("slow", "", "за 10 секунд сервер так и не начал слушать порт", ""),
        ("silent", "", "сервер работает, но порт не слушает (нет listen)", " (server.py:6)"),
        ("silent", "tcp", "сервер работает, но порт не слушает (нет listen)", " (server.py:6)"),
        ("silent", "udp", "сервер работает, но сокет UDP ни к какому порту не привязан (нет bind)", " (server.py:6)"),
    ],
)
def test_a_program_that_does_not_listen(reason: str, transport: str, told: str, where: str) -> None:
    made = failed(reason, facts=SourceFacts(transport=transport))  # type: ignore[arg-type]
    assert why(made) == told
    made.stuck = (Stuck("server.py", 6, "sock.accept()", "read", ""),)
    assert why(made) == told + where


# -- which line


def waits(*frames: tuple[str, int], call: str = "recv") -> Waiting:
    return Waiting(call, "пока Вера что-нибудь пришлёт", frames)


def test_the_innermost_line_of_the_student_is_meant() -> None:
    places = lab().in_source([waits(("/usr/lib/python3.11/socket.py", 700), ("/lab/chat/room.py", 2), ("/lab/server.py", 10))], "/lab")
    assert places == (Stuck("chat/room.py", 2, "limit = 1 / 0", "recv", "пока Вера что-нибудь пришлёт"),)


def test_the_root_is_the_sandboxs_own() -> None:
    (place,) = lab().in_source([waits(("/tmp/x/lab/server.py", 6))], "/tmp/x/lab")
    assert (place.file, place.line, place.source) == ("server.py", 6, "conn, _ = sock.accept()")


@pytest.mark.parametrize(
    "frames",
    [
        (),
        (("/usr/lib/python3.11/threading.py", 1),),
        (("/lab/other.py", 1),),
        (("/lab/../server.py", 1),),
        (("<string>", 1),),
    ],
)
def test_a_thread_outside_the_students_files_is_left_out(frames: tuple[tuple[str, int], ...]) -> None:
    assert lab().in_source([waits(*frames)], "/lab") == ()


@pytest.mark.parametrize("line", [0, 11, 10**9, -3])
def test_a_line_that_does_not_exist_has_no_source(line: int) -> None:
    (place,) = lab().in_source([waits(("/lab/server.py", line))], "/lab")
    assert (place.line, place.source) == (line, "")


def test_two_threads_at_one_place_are_one() -> None:
    place, other = waits(("/lab/server.py", 6)), waits(("/lab/server.py", 8))
    assert [stuck.line for stuck in lab().in_source([place, other, place], "/lab")] == [6, 8]


def test_the_lines_of_a_report_are_its_own() -> None:
    made = lab(origin={"server.py": Origin("report.md", tuple(range(101, 112)))})
    (place,) = made.in_source([waits(("/lab/server.py", 6))], "/lab")
    assert (place.file, place.line, place.source) == ("report.md", 106, "conn, _ = sock.accept()")
    (beyond,) = made.in_source([waits(("/lab/server.py", 50))], "/lab")
    assert (beyond.file, beyond.line) == ("server.py", 50)


def test_the_lines_of_a_notebook_are_those_of_its_cells() -> None:
    made = lab(origin={"server.py": Origin("lab.ipynb", (*range(1, 6), *range(1, 6), 0), cells=(1,) * 5 + (4,) * 5 + (0,))})
    (place,) = made.in_source([waits(("/lab/server.py", 6))], "/lab")
    assert (place.file, place.line) == ("lab.ipynb, ячейка 4", 1)
    (outer,) = made.in_source([waits(("/lab/server.py", 11), ("/lab/server.py", 10))], "/lab")  # what stands for the kernel is nobody's
    assert (outer.file, outer.line) == ("lab.ipynb, ячейка 4", 5)


def test_a_syntax_error_is_shown_where_the_student_has_it() -> None:
    problem = Problem("syntax", "синтаксическая ошибка", "server.py", 3, "def (:")
    made = lab(problem=problem, origin={"server.py": Origin("report.md", tuple(range(101, 112)))})
    assert made.stuck == (Stuck("report.md", 103, "def (:", "", ""),)


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([("/lab/server.py", 8), ("/lab/server.py", 10)], ("server.py", 5)),  # the outer of two loops
        ([("/usr/lib/python3.11/socket.py", 9), ("/lab/chat/room.py", 2), ("/lab/server.py", 8)], ("server.py", 5)),
        ([("/lab/chat/room.py", 2), ("/lab/server.py", 10)], ("server.py", 10)),  # no while at all
        ([("/lab/broken.py", 1)], ("broken.py", 1)),
    ],
)
def test_of_a_busy_thread_the_loop_it_goes_round_in(frames: list[tuple[str, int]], expected: tuple[str, int]) -> None:
    (place,) = lab().in_source([waits(*frames, call="busy")], "/lab")
    assert (place.file, place.line) == expected


# -- where it failed, where it waits


def test_an_exception_is_shown_where_it_came_from_in_the_students_own_lines() -> None:
    trace = 'Exception in thread Thread-1:\nTraceback (most recent call last):\n  File "/lab/server.py", line 8, in main\n'
    trace += '  File "/lab/chat/room.py", line 2, in <module>\n  File "/usr/lib/python3/x.py", line 9, in x\nZeroDivisionError: no\n'
    assert lab().raised(trace) == (Stuck("chat/room.py", 2, "limit = 1 / 0", "raised", ""),)
    assert lab().raised("обычный вывод") == ()


@pytest.mark.parametrize(
    ("line", "call", "shown", "whom"),
    [
        ("text = inbox.get()", "lock", "get", "пока в очередь что-нибудь положат"),
        ("with lock:", "lock", "lock", "кого-то"),
        ("data = conn.recv(1024)", "poll", "recv", "кого-то"),
        ("conn.sendall(data)", "poll", "send", "кого-то"),
        ("events = poller.poll()", "poll", "poll", "кого-то"),
    ],
)
def test_a_wait_is_called_what_the_student_wrote(line: str, call: str, shown: str, whom: str) -> None:
    (stuck,) = lab(files={"server.py": line.encode()}).in_source([Waiting(call, "кого-то", (("/x/lab/server.py", 1),))], "/x/lab")
    assert stuck == Stuck("server.py", 1, line, shown, whom)
