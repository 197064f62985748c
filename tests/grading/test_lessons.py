"""What a cell of a notebook asks the kit for: verdicts, a conversation, words of the glossary, quotations."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import FunctionType

import pytest

from grading.lessons import LessonError, NotYet, Shown, check, glossary, look, quote, talk
from grading.lessons.works import submission
from reference.room import Room
from reference.servers import blocking, threaded

GOOD = """
import socket
import threading

people = []


def serve(person):
    while data := person.recv(1024):
        for other in people:
            if other is not person:
                other.sendall(data)
    people.remove(person)


server = socket.create_server(("127.0.0.1", 7050))
while True:
    person, address = server.accept()
    people.append(person)
    threading.Thread(target=serve, args=[person], daemon=True).start()
"""
DEAF = GOOD.replace("if other is not person", "if other is person")
ONE_AFTER_ANOTHER = GOOD.replace("threading.Thread(target=serve, args=[person], daemon=True).start()", "serve(person)")


def serve(person):  # type: ignore[no-untyped-def]  # as a student would write it in a cell
    """Nobody hears anything."""
    while person.recv(1024):
        pass


# -- verdicts


@pytest.mark.linux
def test_a_right_server_passes_and_shows_its_conversation() -> None:
    shown = look(GOOD, "two-users-exchange")
    assert "✓  Двое слышат друг друга  two-users-exchange  пройдена" in shown.text
    assert "chat.py: проверок пройдено: 1 из 1" in shown.html
    assert shown.svg.startswith("<svg")
    check(GOOD, "two-users-exchange")


@pytest.mark.linux
def test_a_wrong_one_shows_what_came_where_it_waits_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NotYet, match="Пока не получилось: Двое слышат друг друга — "):
        check(ONE_AFTER_ANOTHER, "two-users-exchange")
    text = capsys.readouterr().out
    assert "✗  Двое слышат друг друга" in text
    assert "ожидалось: " in text
    assert "где ждёт: chat.py:9   while data := person.recv(1024):" in text
    assert "что делать: " in text


@pytest.mark.linux
def test_the_same_server_looks_the_same_every_time() -> None:
    first = look(ONE_AFTER_ANOTHER, "three-users-hear", "leave-quietly")
    assert [look(ONE_AFTER_ANOTHER, "three-users-hear", "leave-quietly") for _again in range(2)] == [first] * 2
    assert not re.search(r"\d+\.\d мс", first.svg)


@pytest.mark.linux
def test_a_server_that_hangs_or_never_starts_is_a_verdict() -> None:
    assert "starts" in look("import socket\nsocket.socket()\nwhile True:\n    pass\n", "starts").text
    assert "chat.py, строка 2: скобка «(» не закрыта" in look("import socket\nprint((", "starts").text


@pytest.mark.linux
def test_a_function_is_checked_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "chat.py"
    file.write_text(GOOD, encoding="utf-8")
    check(str(file), "two-users-exchange")
    with pytest.raises(NotYet):
        check(serve, "two-users-exchange", inside=file)
    assert file.read_text(encoding="utf-8") == GOOD
    put = submission(serve, file).files["chat.py"].decode()
    assert put == GOOD.replace(GOOD[GOOD.index("def serve") : GOOD.index("server =")], inspect.getsource(serve) + "\n\n")


def test_a_method_and_a_class_are_found_too(tmp_path: Path) -> None:
    file = tmp_path / "chat.py"
    file.write_text("class Hub:\n    @staticmethod\n    def serve(person):\n        pass\n\n    x = 1\n", encoding="utf-8")
    text = submission(serve, file).files["chat.py"].decode()
    assert text.startswith("class Hub:\n    def serve(person):")
    assert text.endswith("            pass\n\n    x = 1\n")


@pytest.mark.linux
@pytest.mark.parametrize(("server", "variant"), [(threaded, "multi-user"), (blocking, "two-user")])
def test_a_server_of_the_reference_is_looked_at_under_its_own_name(server: object, variant: str) -> None:
    shown = look(server, "two-users-exchange", "uses-socket", variant=variant)
    assert "проверок пройдено: 2 из 2" in shown.text
    assert f"reference/servers/{str(server.__name__).rpartition('.')[2]}.py: " in shown.text  # type: ignore[attr-defined]


# -- conversations


@pytest.mark.linux
def test_a_talk_is_told_step_by_step() -> None:
    shown = talk(GOOD, "Анна входит", "Борис входит", "Анна: Привет", "Борис по частям: Здравствуй", "Анна уходит", "Борис: Ау")
    assert shown.text.splitlines()[1:] == [
        "Анна подключается",
        "Борис подключается",
        "Анна говорит: «Привет»",
        "Борис слышит, что говорит Анна: «Привет»",
        "Борис отправляет часть сообщения: «Зд»",
        "Анна получает от сервера: «Зд»",  # too little to tell whose it is
        "Борис отправляет часть сообщения: «равствуй»",
        "Анна слышит, что говорит Борис: «равствуй»",
        "Анна выходит",
        "Борис говорит: «Ау»",
    ]
    assert shown.svg.count('data-what="hears"') == 3
    assert shown.html == ""


@pytest.mark.linux
def test_a_talk_marks_what_did_not_come_and_says_where_the_server_waits() -> None:
    shown = talk(ONE_AFTER_ANOTHER, "Анна входит", "Борис входит", "Борис: Ау", "Анна: Привет")
    assert "Анна НЕ слышит, что говорит Борис: «Ау» — не пришло; ожидалось: слышно, что говорит Борис" in shown.text
    assert "где ждёт: chat.py:9" in shown.text
    assert 'class="a wrong missing"' in shown.svg or "wrong missing" in shown.svg


@pytest.mark.linux
def test_a_talk_ends_where_the_server_does() -> None:
    mortal = "import os\n" + GOOD.replace("people.remove(person)", "os._exit(3)")
    shown = talk(mortal, "Анна входит", "Борис входит", "Анна уходит", "Борис: Ау")
    assert "сервер завершился с кодом 3" in shown.text


@pytest.mark.linux
def test_a_talk_with_a_server_that_does_not_start_says_why() -> None:
    shown = talk("import socket\nsocket.socket().bind(1)\nsocket.socket().listen()\nsocket.socket().accept()\n", "Анна входит")
    assert "TypeError" in shown.text
    assert shown.svg == ""


@pytest.mark.linux
def test_who_sits_at_the_servers_keyboard_cannot_leave() -> None:
    assert "Борис слышит, что говорит Анна" in talk("labs/student_console", "Анна входит", "Борис входит", "Анна: Привет").text
    with pytest.raises(LessonError, match="С этим сервером так не поговорить: собеседник сидит за клавиатурой сервера"):
        talk("labs/student_console", "Анна входит", "Борис входит", "Борис пропадает")


# -- glossary and quotations


def test_the_glossary_shows_the_words_asked_for() -> None:
    shown = glossary("сокет", "поток")
    assert [line.split()[:2] for line in shown.text.splitlines()[1:]] == [["сокет", "socket"], ["поток", "thread"]]
    assert shown.html.count("<tr>") == 3


def test_a_quotation_names_its_file_and_is_the_source() -> None:
    shown = quote(Room.hear)
    assert shown.markdown.startswith("`reference/room.py, Room.hear`\n\n```python\ndef hear(")
    assert "reference/framing.py" in quote(inspect.getmodule(__import__("reference.framing", fromlist=["x"]).LineReader)).text


# -- what cannot be had


def _made_in_a_cell() -> FunctionType:
    space: dict[str, FunctionType] = {}
    exec("def nowhere():\n    pass\n", space)
    return space["nowhere"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (lambda: look("chat.py", "starts"), "Нет файла chat.py. Файл появится, когда выполнится ячейка"),
        (lambda: look("labs/template/serwer.py"), "Нет файла labs/template/serwer.py. Может быть, «server.py»?"),
        (lambda: look(GOOD, "no-busy-lop"), "Нет проверки «no-busy-lop». Может быть, «no-busy-loop»?"),
        (lambda: look(GOOD, "starts", variant="trio"), "trio"),
        (lambda: look(serve), 'inside="chat.py"'),
        (lambda: look(1), "а это — int"),
        (lambda: look(inspect), "Модуль inspect — не сервер"),
        (lambda: look(_made_in_a_cell(), inside="labs/template/server.py"), "нет функции nowhere"),
        (lambda: look("labs"), "работ несколько"),
        (lambda: talk(GOOD), "ни одного шага"),
        (lambda: talk(GOOD, "Анна пришла"), "Непонятный шаг «Анна пришла»"),
        (lambda: talk(GOOD, "Анна: Привет"), "Гостя Анна в чате нет"),
        (lambda: talk(GOOD, "Анна входит", "Анна входит"), "второй раз не войдёт"),
        (lambda: talk(GOOD, "Анна входит", "Анна: а", "Анна: ба"), "«а» есть и в «ба»"),
        (lambda: talk(GOOD, *["Анна входит"] * 41), "слишком много шагов: 41"),
        (lambda: glossary("сокит"), "нет слова «сокит». Может быть, «сокет»?"),
        (lambda: quote(_made_in_a_cell()), "Не видно исходного текста: nowhere"),
    ],
)
def test_what_cannot_be_had_is_one_clear_line(asked: Callable[[], object], said: str) -> None:
    with pytest.raises(LessonError) as raised:
        asked()
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value._render_traceback_() == [str(raised.value)]  # what Jupyter shows in place of a traceback


# -- how it is shown


def test_words_and_picture_are_two_outputs_and_hostile_text_is_text() -> None:
    shown = Shown(html="<p>a</p>", text="a\nb", svg="<svg/>")
    assert shown.bundles() == [{"text/html": "<p>a</p>", "text/plain": "a\nb"}, {"image/svg+xml": "<svg/>", "text/plain": "a"}]
    assert Shown(svg="<svg/>", text="a").bundles() == [{"image/svg+xml": "<svg/>", "text/plain": "a"}]
    hostile = GOOD.replace('"127.0.0.1", 7050', '"127.0.0.1", "<script>alert(1)</script>"')
    assert "<script>" not in look(hostile, "starts").html
