"""The right advice for the symptom, and only for it."""

from pathlib import Path

import pytest

import grading
from grading.advice import NOTEBOOKS, READ, advise
from grading.catalogue import catalogue
from grading.result import Stuck
from grading.scenario import ODD, PLAIN
from grading.symptoms import TABLE

# Every check that can fail for points; a new one needs a row of its own in the table.
CHECKS = [
    "starts", "two-users-exchange", "author-is-known", "three-users-hear", "late-joiner-hears", "silent-newcomer",
    "leave-quietly", "leave-abruptly", "no-busy-loop", "order-kept", "long-message", "odd-boundary", "split-character",
    "restart", "stops-on-interrupt", "uses-socket", "concurrency-model", "own-clients-chat",
]  # fmt: skip


_HEARD = ("two-users-exchange", "three-users-hear", "late-joiner-hears", "silent-user")


def at(call, source="", line=12):
    return Stuck("server.py", line, source, call, "")


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_advice_even_without_a_symptom(check):
    assert advise(check, (), "", "")


@pytest.mark.parametrize(
    ("check", "stuck", "output", "actual", "words"),
    [
        ("starts", (), "OSError: [Errno 98] Address already in use", "", "SO_REUSEADDR"),
        ("starts", (), "    s.bind((HOST, 80))\n    ~~~~~~^^^^\nPermissionError: [Errno 13] Permission denied", "", "1024"),
        ("starts", (), "socket.gaierror: [Errno -2] Name or service not known", "", "127.0.0.1"),
        ("starts", (), "AttributeError: partially initialized module 'socket' has no attribute 'AF_INET'", "", "my_socket.py"),
        ("starts", (), "ModuleNotFoundError: No module named 'flask'", "", "без неё"),
        ("starts", (), "", "IndentationError: unexpected indent (server.py, line 3)", "табуляцией"),
        ("starts", (), "SyntaxError: invalid syntax", "", "синтаксическая"),
        ("starts", (at("read", "port = int(input())"),), "", "", "input()"),
        ("starts", (), "    port = int(sys.argv[1])\nIndexError: list index out of range", "", "аргументов"),
        ("starts", (), "Usage: python server.py <host> <port>", "программа завершилась с кодом 1, ничего не слушая", "аргументов"),
        ("starts", (), "Traceback (most recent call last):\n  ...\nZeroDivisionError: division by zero", "", "последние строки"),
        ("starts", (), "", "программа завершилась с кодом 0, ничего не слушая", "while True"),
        ("starts", (), "", "программа завершилась по сигналу 9 (напечатано больше 64 МиБ, и проверка прервала работу)", "без остановки"),
        ("order-kept", (), "", "соединение с гостем Борис оборвано; сервер завершился с кодом 0", "os._exit()"),
        ("three-users-hear", (), "RuntimeError: Set changed size during iteration", "", "list(guests)"),
        ("split-character", (), "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xd0", "", "getincrementaldecoder"),
        ("two-users-exchange", (), "UnicodeDecodeError: 'ascii' codec can't decode byte 0xd0", "", "'latin-1'"),
        ("leave-abruptly", (), "BrokenPipeError: [Errno 32] Broken pipe", "", "OSError"),
        ("leave-abruptly", (), "ConnectionResetError: [Errno 104]", "", "except ConnectionError"),
        ("leave-quietly", (), "ValueError: list.remove(x): x not in list", "", "в одном словаре"),
        ("two-users-exchange", (), "TypeError: a bytes-like object is required, not 'str'", "", "encode('utf-8')"),
        ("leave-quietly", (at("lock", "with lock:"), at("recv")), "", "", "замок"),
        ("leave-quietly", (at("busy", "data = conn.recv(1024)"), at("accept")), "", "", "впустую"),
        ("silent-newcomer", (at("recv", "name = conn.recv(1024)"),), "", "", "accept()"),
        ("three-users-hear", (at("accept"),), "", "", "не слушает"),
        ("three-users-hear", (at("recv"),), "", "", "по очереди"),
        ("silent-user", (at("accept"),), "", "Вера не слышит ничего; сервер закрыл соединение: Молчун, Вера", "socket.timeout"),
        ("two-users-exchange", (at("accept"),), "", "пришло не целиком: первые 28 байт из 51 верны, дальше «�»", "в байтах"),
        ("rejoin", (), "", "сообщение пришло не один раз, а 2", "один раз"),
        ("four-byte-characters", (at("lock", "free.acquire(timeout=1)"),), "", "пришло не целиком: первые 8 байт из 9 верны", "Эмодзи"),
        ("leave-quietly", (at("raised", "with lock:"), at("recv")), "ValueError: list.remove(x): x not in list", "", "в одном словаре"),
        ("own-clients-chat", (), "", "клиент это прочёл, но на экране оно появляется, только когда Вера нажмёт Enter", "flush=True"),
        ("slow-reader", (at("send"), at("accept")), "", "", "settimeout()"),
        ("two-users-exchange", (at("read", "text = input()"),), "", "", "клавиатуры"),
        ("three-users-hear", (at("lock", "thread.join()"), at("recv")), "", "", "join()"),
        ("three-users-hear", (at("sleep", "time.sleep(1)"),), "", "", "time.sleep()"),
    ],
)
def test_a_symptom_brings_its_own_advice(check, stuck, output, actual, words):
    assert words in advise(check, stuck, output, actual)


def test_what_odd_marks_have_done_is_told_from_what_departures_have_done() -> None:
    assert "split(" in advise("random-conversations", (), "", "", expected=f"Вера слышит, что говорит Борис: «{ODD[0]} мемогегала»")
    assert "убирайте" in advise("random-conversations", (), "", "", expected=f"Вера слышит, что говорит Борис: «{PLAIN[0]} мемогегала»")


def test_threads_that_wait_as_they_should_explain_nothing():
    healthy = (at("accept", "conn, addr = s.accept()"), at("recv"), at("recv"), at("lock", "thread.join()"), at("sleep"))
    assert advise("author-is-known", healthy, "", "") == advise("author-is-known", (), "", "")
    assert advise("long-message", healthy, "", "") == advise("long-message", (), "", "")


def test_a_traceback_left_by_another_check_does_not_mislead():
    stale = "ConnectionResetError: [Errno 104] Connection reset by peer"
    assert advise("author-is-known", (), stale, "") == advise("author-is-known", (), "", "")


def test_an_unknown_check_still_gets_what_its_symptoms_tell():
    assert "замок" in advise("some-new-check", (at("lock", "lock.acquire()"),), "", "")
    assert advise("some-new-check", (), "", "") == ""


def test_advice_names_an_example_that_is_known():
    assert {symptom.read for symptom in TABLE if symptom.read} <= set(READ)
    assert "Смотрите reference/servers/threaded.py" in advise("silent-newcomer", (), "", "")


def test_hostile_output_does_not_slow_the_search_down():
    noise = "RuntimeError: dictionary " * 2000 + "\n" + ".bind(" * 5000 + "ValueError: " * 2000
    assert advise("leave-quietly", (), noise, "")


def test_a_notebook_is_named_where_there_is_one(monkeypatch):
    assert advise("restart", (), "", "").endswith(", notebooks/08_museum.ipynb.")
    monkeypatch.delitem(NOTEBOOKS, "restart")
    assert ".ipynb" not in advise("restart", (), "", "")


def test_every_notebook_that_is_named_is_there():
    root = Path(grading.__file__).parents[1]
    assert [file for file in NOTEBOOKS.values() if not (root / file).is_file()] == []
    assert set(NOTEBOOKS) <= {check.id for check in catalogue()}


@pytest.mark.parametrize(("model", "example"), [("select", "selecting"), ("asyncio", "coroutines"), ("threads", "threaded")])
def test_the_example_works_as_the_server_does(model: str, example: str) -> None:
    for check in ("leave-quietly", "leave-abruptly", "three-users-hear", "no-busy-loop", "silent-newcomer", "stops-on-interrupt"):
        assert f"reference/servers/{example}.py" in advise(check, (), "", "", model=model), check


@pytest.mark.parametrize("check", [*_HEARD, "thirty-users-hear", "rejoin", "author-is-known", "names-kept"])
def test_over_udp_nobody_is_told_of_connections(check: str) -> None:
    advice = advise(check, (at("recv", "data, address = sock.recvfrom(1024)"),), "", "", model="udp")
    assert "accept" not in advice
    assert "поток" not in advice
    assert "labs/student_udp/server.py" in advice


@pytest.mark.parametrize(
    "check", ["silent-newcomer", "leave-abruptly", "leave-mid-handshake", "rejoin", "stops-on-interrupt", "thirty-users-hear"]
)
def test_who_has_one_thread_is_told_of_no_others(check: str) -> None:
    assert "поток" not in advise(check, (), "", "", model="select").partition("Смотрите")[0]
