"""The report a student reads: complete, in order, harmless, and legible on any console."""

import io
from dataclasses import replace

import pytest
from reports_data import BROKEN, REPORT, check
from rich.cells import cell_len, set_cell_size

from grading import messages
from grading.catalogue import CheckInfo
from grading.reports import failures, listing, terminal, words
from grading.reports.console import make_console, speaks_russian
from grading.reports.text import hidden
from grading.result import Event, Report, Stuck, Verdict
from grading.rubrics import built_in
from reference.framing import PLAIN


class Screen(io.TextIOWrapper):
    """A stream of bytes with an encoding and, if asked, a terminal behind it."""

    def __init__(self, encoding="utf-8", tty=False):
        super().__init__(io.BytesIO(), encoding=encoding, newline="")
        self.tty = tty

    def isatty(self):
        return self.tty

    def text(self):
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)


@pytest.fixture(autouse=True)
def _plain_surroundings(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    messages.use("ru")


def shown(report, width=100, encoding="utf-8", tty=False):
    screen = Screen(encoding, tty)
    terminal.show(report, make_console(screen, width))
    return screen.text()


def in_order(text, *parts):
    places = [text.find(part) for part in parts]
    assert -1 not in places, [part for part, place in zip(parts, places, strict=True) if place == -1]
    assert places == sorted(places)


def test_the_report_tells_everything_and_what_is_missing_first():
    in_order(
        shown(REPORT),
        "labs/student_x",
        "60 из 100",
        "зачёт",
        "Балл курса: 60",
        "multi-user",
        "threads (поток на каждого гостя)",
        "Как говорит ваш сервер",
        "«NICK»",
        "Изоляция: floor",
        "Не защищено: файлы компьютера",
        "Чего не хватает: 41 балл",
        "Пройдено",
        "Что показывает starts",
        "Не дошло до проверки",
        "0/10 ждут three-users-hear: Что показывает late-joiner-hears",
        "0/2 ждут late-joiner-hears: Что показывает order-kept",
        "Не удалось проверить",
        "песочница не запустилась",
        "К сведению",
        "Что показывает join-notice: нет",
        "Не относится к вашему чату",
        "Что показывает author-is-known",
        "Примечания",
        "Вариант выбран сам.",
    )


def test_the_dearest_failure_comes_first_with_what_stands_behind_it():
    in_order(
        shown(REPORT),
        "✗ 25 баллов  Что показывает three-users-hear",
        "ещё 12 баллов",
        "слышат оба",
        "слышит один",
        "два прогона подряд дали разное",
        "✗ 2 балла  Что показывает silent-newcomer",
        "Вера слышит «есть кто?»",
        "server.py:54",
        "> name = conn.recv(1024)",
        "вызов recv, ждёт: имя новичка",
        "цикл без отдыха",
        "Запускайте поток.",
        "отключено в lab.toml",
    )


def test_a_server_that_did_not_start_shows_the_end_of_what_it_printed():
    text = shown(BROKEN)
    assert "line 99" in text
    assert "line 69 " not in text
    assert "Узнать не удалось" in text
    assert "пока не зачёт" in text
    assert "все хорошо" not in shown(REPORT)  # this one started


def test_our_fault_is_never_called_a_fail():
    text = shown(Report("labs/x", infra=True, needs_review=True))
    assert "предварительно" in text
    assert "не зачёт" not in text
    assert "преподаватель" in text


@pytest.mark.parametrize("report", [REPORT, BROKEN], ids=["graded", "broken"])
@pytest.mark.parametrize("tty", [False, True])
def test_hostile_text_reaches_no_screen(report, tty):
    text = shown(report, 60, tty=tty)
    assert "\\x1b[31mred\\u202e" in text.replace("\n", "")
    assert "[bold]x[/bold]" in " ".join(text.split()).replace(" ", "")
    assert {char for char in text if hidden(char)} <= ({"\n", "\x1b"} if tty else {"\n"})
    assert "\x1b[31mred" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 160])
def test_it_fits_any_width_and_loses_nothing(width):
    text = shown(REPORT, width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "namedconn" not in text
    for piece in ("conn.recv(1024)", "Запускайте", "three-users-hear", "песочница"):
        assert piece in "".join(text.split()) or piece in text


def test_into_a_pipe_it_is_plain_text_without_trailing_blanks():
    text = shown(REPORT)
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_a_terminal_gets_colours_and_no_color_takes_them_away(monkeypatch):
    assert "\x1b[1;31m" in shown(REPORT, tty=True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "31m✗" not in shown(REPORT, tty=True)


@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "koi8-r"])
def test_an_old_console_shows_it_all_in_russian(encoding):
    text = shown(REPORT, encoding=encoding)
    assert "Балл курса: 60" in text
    assert "Чего не хватает" in text
    assert text.count("?") == 1  # of «есть кто?»: every other character has a stand-in


def test_an_ascii_console_gets_english():
    assert not speaks_russian(Screen("ascii"))
    assert speaks_russian(Screen("cp866"))
    messages.use("en")
    text = shown(REPORT, encoding="ascii")
    assert "Course points: 60" in text
    assert "What is missing: 41 points" in text


def test_dialects_in_human_words():
    assert words.dialect({}) == []
    said = dict(words.dialect(REPORT.dialect))
    assert said["имя гостя"] == "сервер спрашивает его: «NICK»"
    assert said["сообщение"] == "доходит так: «Анна: привет»"
    assert said["кто-то вышел"] == "«Анна вышел»"
    assert "очередь" not in said
    other = dict(words.dialect({**REPORT.dialect, "turns": "alternate", "transport": "udp", "relay": "{name.__class__}", "echo": True}))
    assert (other["очередь"], other["связь"]) == ("говорят по очереди", "по UDP")
    assert other["сообщение"] == "доходит так: «{name.__class__}»"


def test_a_name_given_by_a_command_is_no_answer_and_no_bare_message():
    def named(**other):
        return dict(words.dialect({**REPORT.dialect, **other}))["имя гостя"]

    assert named(hello="/nick {name}", prompt="Вы guest1") == "гость называет его командой; при входе сервер пишет: «Вы guest1»"
    assert named(hello="/join {name}", named_by="first-message") == "гость называет его командой"
    assert named(hello="{name}\n", named_by="first-message") == "первое сообщение гостя и есть его имя"


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        ({"left": ""}, "не объявляется"),
        ({"left": "", "transport": "udp", "quit": "/leave"}, "не объявляется"),
        ({"left": "", "transport": "udp", "quit": ""}, None),
        ({"left": "", "transport": "console"}, None),
    ],
)
def test_that_nobody_is_told_of_a_departure_is_said_only_where_it_could_be_seen(spoken, said):
    assert dict(words.dialect({**REPORT.dialect, **spoken})).get("кто-то вышел") == said


def test_wire_formats_in_human_words():
    spoken = {"framing": "length-4-little", "hello": "NICK:{name}", "then": "1", "says": '{"t": "{text}"}'}
    said = dict(words.dialect({**REPORT.dialect, **spoken}))
    assert said["границы"] == "перед сообщением — его длина в байтах: 4, младший байт первый"
    assert said["гость шлёт имя"] == "«NICK:Анна»"
    assert said["потом шлёт"] == "«1»"
    assert said["гость шлёт текст"] == '«{"t": "привет"}»'
    assert "гость шлёт имя" not in dict(words.dialect(REPORT.dialect))
    assert words.framing("length-decimal-10") == "перед сообщением — его длина цифрами, мест под неё 10"
    for framing in (*PLAIN, "nul", "json", "json-lines", "json-out", "length-line"):
        assert words.framing(framing) != framing


def test_every_value_of_a_dialect_has_words():
    table = {"named_by": ["prompt", "first-message", "nobody"], "author": ["server", "label", "client", "nobody", "unknown"]}
    for key, values in table.items():
        for value in values:
            assert value not in [how for _what, how in words.dialect({**REPORT.dialect, key: value})]


def test_the_list_of_checks_has_points_for_each_variant():
    screen = Screen()
    checks = [CheckInfo(check.id, "Что-то", check.level, "starts") for check in REPORT.checks]
    listing.show_checks(checks, built_in(), make_console(screen, 80))
    text = screen.text()
    assert all(name in text for name in ("multi-", "select", "two-user", "udp"))
    assert text.count("100") == len(built_in())
    assert text.count("после: starts") == text.count("Что-то") == len(checks)
    assert max(len(line) for line in text.splitlines()) <= 80


def test_the_doctor_says_what_would_help():
    layer = type("Layer", (), {"name": "bubblewrap", "works": False, "detail": "bwrap не найден", "remedy": "apt install bubblewrap"})()
    screen = Screen()
    listing.show_layers([layer], make_console(screen, 80))
    assert "нет" in screen.text()
    assert "Что поможет: apt install bubblewrap" in screen.text()


def talk(guest, what, text="", by="", wrong=""):
    return Event(0.0, guest, what, text.encode(), len(text.encode()), text, by, wrong)


LONG = "длинное сообщение 你好 без конца, " * 20
CUT = LONG[:200] + "Anna: " + LONG[200:240]
TALK = (
    talk("Борис", "connects"),
    talk("Вера", "connects"),
    talk("Борис", "says", LONG),
    talk("Вера", "hears", LONG, "Борис", "missing"),
    talk("Вера", "hears", "Boris: " + CUT, "Борис"),
)
STUCK = (
    Stuck("server.py", 7, "conn, address = sock.accept()", "accept", "нового подключения"),
    *(Stuck("server.py", 12, "while True: pass", "busy", "ничего") for _n in range(30)),
)
TALKED = tuple(
    check(f"check-{worth}", Verdict.FAILED, 0, worth, expected=f"ждали {worth}", actual="пришло не то", advice="Читайте до конца.",
          events=TALK, stuck=STUCK) for worth in (1, 2, 3, 4, 5)
)  # fmt: skip
FAILING = Report("labs/student_y", checks=TALKED, dialect={"encoding": "utf-8"})


def test_the_dearest_failures_are_stories_and_the_others_short():
    text = shown(FAILING)
    in_order(
        text,
        "Следующий шаг: Что показывает check-5 [check-5], +5 баллов",
        "✗ 5 баллов",
        "ждали   ...",
        "пришло  ...",
        "^ отсюда иначе",
        "· Борис, Вера подключаются",
        "· Борис говорит: «длинное сообщение",
        "✗ Вера: не пришло",
        "> while True: pass",
        "  ^^^^^ цикл без отдыха, ждёт: ничего, и ещё потоков в том же месте: 29",
        "Читайте до конца.",
        "✗ 4 балла",
        "то же, что для [check-5]",
        "✗ 2 балла",
        "server.py:12   while True: pass",
        "Остальные разговоры целиком",
    )
    assert text.count("✗ Вера: не пришло") == failures.WHOLE
    assert text.count("Читайте до конца.") == 1
    assert "accept" not in text  # a healthy server waits there as well
    assert "Следующий шаг" not in shown(Report("labs/x", checks=REPORT.checks[:1]))


@pytest.mark.parametrize("encoding", ["utf-8", "cp866", "cp1251"])
@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_caret_stands_under_the_first_wrong_character_on_any_console(encoding, width):
    lines = shown(FAILING, width, encoding).splitlines()
    assert max(map(cell_len, lines)) <= width
    caret = next(number for number, line in enumerate(lines) if line.strip().startswith("^ отсюда"))
    at = lines[caret].index("^")
    expected, received = (set_cell_size(line, at) for line in lines[caret - 2 : caret])
    assert "ждали" in expected
    assert "пришло" in received
    assert expected.split("...")[1] == received.split("...")[1]  # all the same up to the caret
    assert lines[caret - 1][len(received.rstrip()) :].lstrip().startswith("Anna: "[:4])


@pytest.mark.parametrize("width", [40, 80, 120])
def test_an_ascii_console_gets_the_story_in_english(width):
    messages.use("en")
    lines = shown(FAILING, width, "ascii").splitlines()
    assert max(map(len, lines)) <= width
    assert any(line.strip() in ("^", "^ differs from here") for line in lines)
    assert any("differs from here" in line for line in lines)
    assert any("x ????: did not come" in line for line in lines)


def test_the_report_of_many_failures_stays_readable():
    many = tuple(replace(TALKED[0], id=f"check-{n}", advice=f"Совет {n}.") for n in range(20))
    lines = shown(Report("labs/x", checks=many), 80).splitlines()
    assert len(lines) < 20 * 8 + 60  # a short one is a title, four lines and a blank one; a whole one is fifteen


def test_a_folded_line_of_code_gets_no_pointer():
    thread = Stuck("server.py", 1, "x = " + "very_" * 20 + "long.recv(10)", "recv", "гостя")
    text = shown(Report("labs/x", checks=(check("a", Verdict.FAILED, 0, 1, stuck=(thread,)),)), 60)
    assert "^" not in text
    assert "вызов recv, ждёт: гостя" in text
