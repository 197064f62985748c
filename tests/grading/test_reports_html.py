"""The HTML report: everything in it, harmless, light; and in a real browser: the picture, both themes, every width."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from browser import browser  # noqa: F401  (a fixture)
from reports_data import BROKEN, CHECKS, HOSTILE, REPORT, check

from grading import messages
from grading.reports import html, points, swimlane
from grading.reports.conversation import LANES, ROWS, arranged
from grading.result import Event, Report, Stuck, Verdict

SCRIPT = "<script>document.title='owned'</script>\"'><img src=x onerror=alert(1)>"
WORDS = "есть кто?".encode()


@pytest.fixture(autouse=True)
def _russian():
    messages.use("ru")
    yield
    messages.use("ru")


def event(at, guest, what, text="", by="", *, wrong=""):
    return Event(at / 1000, guest, what, text.encode("utf-8", "surrogatepass"), len(text.encode("utf-8", "surrogatepass")), text, by, wrong)


TALK = (
    event(0, "Молчун", "connects"),
    event(1, "Молчун", "hears", "NAME"),
    event(2, "Борис", "connects"),
    event(3, "Борис", "names", "Boris"),
    event(4, "Вера", "connects"),
    event(5, "Борис", "says", "есть кто?"),
    event(6, "Молчун", "hears", "есть кто?", "Борис"),
    event(7, "Вера", "hears", "есть кто?", "Борис", wrong="missing"),
    event(8, "Молчун", "closed"),
)
STUCK = (Stuck("server.py", 54, "name = conn.recv(1024)", "recv", "имя новичка"),)
SOURCE = {"server.py": {number: f"line_{number}()" for number in range(1, 90)}}
FAILING = replace(
    REPORT,
    checks=(
        *(replace(one, events=TALK, stuck=STUCK, replay="import socket\n") if one.id == "silent-newcomer" else one for one in CHECKS),
        check("two-users-exchange", Verdict.PASSED, 5, 5, events=tuple(one for one in TALK if not one.wrong)),
    ),
    sources=SOURCE,
)
GOOD = replace(
    REPORT, score=100, checks=(check("two-users-exchange", Verdict.PASSED, 100, 100, events=tuple(one for one in TALK if not one.wrong)),)
)
NASTY = replace(
    FAILING, path=SCRIPT, server=SCRIPT, server_output=SCRIPT * 200, notes=(SCRIPT,), sources={SCRIPT: {54: SCRIPT}},
    checks=(check("silent-newcomer", Verdict.FAILED, 0, 2, expected=SCRIPT, actual=HOSTILE + SCRIPT, advice=SCRIPT, replay=SCRIPT,
                  stuck=(replace(STUCK[0], file=SCRIPT, source=SCRIPT, waits_for=SCRIPT),),
                  events=tuple(replace(one, guest=one.guest + SCRIPT, text=HOSTILE + SCRIPT, by=one.by + SCRIPT) for one in TALK)),),
)  # fmt: skip


# -- the picture


def arrows(picture):
    return re.findall(r'<g class="([^"]*)" data-what="([^"]*)" data-guest="([^"]*)">', picture)


def test_the_arrow_that_is_missing_is_marked_and_no_other():
    picture = swimlane.picture(TALK, title="Разговор")
    assert re.findall(r'data-lane="([^"]*)"', picture) == ["Молчун", "Борис", "Вера"]
    assert len(arrows(picture)) == len(TALK)
    assert [(what, guest) for style, what, guest in arrows(picture) if "wrong" in style] == [("hears", "Вера")]
    assert "✗ не пришло" in picture
    assert "ожидалось: слышно, что говорит Борис" in picture
    assert WORDS[:16].hex(" ") in picture
    assert "7.0 мс" in picture


def test_a_picture_of_the_same_conversation_is_the_same():
    assert swimlane.picture(TALK, title="x") == swimlane.picture(TALK, title="x")
    assert swimlane.picture((), title="x") == ""


def test_two_hundred_quick_messages_are_one_arrow():
    talk = [event(n, "Борис", "says", f"{n:03}") for n in range(200)] + [event(300, "Вера", "hears", "000", "Борис", wrong="missing")]
    board = arranged(talk)
    assert [(cell.event.what, cell.times) for row in board.rows for cell in row.cells] == [("says", 200), ("hears", 1)]
    assert "×200" in swimlane.picture(talk, title="x")


def test_of_thirty_guests_those_have_lanes_whom_it_went_wrong_for_and_whose_words_it_was():
    crowd = [f"Гость {n}" for n in range(1, 31)]
    talk = [event(n, name, "connects") for n, name in enumerate(crowd)] + [event(40, crowd[20], "says", "слышно?")]
    talk += [event(50, crowd[28], "hears", "слышно?", crowd[20], wrong="missing")]
    board = arranged(talk)
    assert {crowd[20], crowd[28]} <= set(board.guests)
    assert (len(board.guests), board.crowd) == (LANES, 25)
    assert "ещё 25 гостей" in swimlane.picture(talk, title="x")


def test_a_long_story_keeps_what_went_wrong_and_the_words_it_is_about():
    talk = [event(n, ("Борис", "Вера", "Глеб")[n * n % 7 % 3], ("says", "hears")[n * 5 % 7 % 2], f"текст {n}") for n in range(300)]
    talk[40] = event(40, "Борис", "says", "слышно?")
    talk[200] = event(200, "Вера", "hears", "слышно?", "Борис", wrong="torn")
    board = arranged(talk)
    shown = [cell.event for row in board.rows for cell in row.cells]
    assert len([row for row in board.rows if row.cells]) <= ROWS
    assert talk[40] in shown
    assert talk[200] in shown
    assert sum(cell.times for row in board.rows for cell in row.cells) + sum(row.skipped for row in board.rows) == len(talk)


@pytest.mark.parametrize("kind", ["missing", "torn", "duplicated", "reordered", "leaked", "misattributed"])
def test_every_fault_has_its_words(kind):
    picture = swimlane.picture([replace(one, wrong=kind) if one.wrong else one for one in TALK], title="x")
    assert kind not in re.sub("<[^>]*>", "", picture.replace(swimlane.STYLE, ""))
    assert "✗" in picture


def test_a_note_says_what_no_arrow_shows():
    assert "крутится" in swimlane.picture((*TALK[:3], event(9, "", "note", "поток крутится без остановки")), title="x")


# -- the page


def test_what_is_missing_comes_first_and_the_dearest_of_it():
    text = html.page(FAILING)
    places = [text.index(part) for part in ('data-check="three-users-hear"', 'data-check="silent-newcomer"', "Пройдено")]
    assert places == sorted(places)
    for part in ("Баллы по темам", "Как говорит ваш сервер", "Изоляция: floor", "Запускайте поток.", "line_51()", "import socket"):
        assert part in text
    assert re.search(r'class="row stuck"><span class="number">54</span>line_54\(\)', text)
    assert "line_58()" not in text


def test_points_behind_a_failure_are_counted_as_the_terminal_counts_them():
    assert points.lost([one for one in REPORT.checks if one.level != "info"]) == 41


@pytest.mark.parametrize("report", [NASTY, BROKEN, REPORT], ids=["nasty", "broken", "all"])
def test_nothing_a_student_writes_is_html_or_hidden(report):
    for text in (html.page(report), html.fragment(report)):
        assert "<script>document" not in text
        assert "<img" not in text
        assert not {"\x1b", "\u202e", "\udcff"} & set(text)
        text.encode()


def test_a_notebook_shows_a_report_without_scripts():
    shown = FAILING._repr_html_()
    assert "<svg" in shown
    assert "<script" not in shown
    assert "<body" not in shown


def test_the_page_speaks_the_language_that_was_asked_for():
    messages.use("en")
    text = html.page(replace(GOOD, notes=(), isolation=None))
    assert '<html lang="en">' in text
    assert "Points by theme" in text
    assert "Passed" in text


def test_the_largest_report_stays_light():
    flood = [event(n, f"Гость {n * 7 % 30}", ("says", "hears")[n * 3 % 5 % 2], "я\n" * 2000, "Гость 1") for n in range(400)]
    flood[-1] = replace(flood[-1], what="hears", wrong="missing")
    worst = [
        check(f"check-{n}", Verdict.FAILED, 0, 3, expected=SCRIPT * 900, actual=SCRIPT * 900, advice=SCRIPT * 50, replay=SCRIPT * 900,
              events=tuple(flood), stuck=STUCK * 4)
        for n in range(36)
    ]  # fmt: skip
    report = Report(SCRIPT * 5, checks=tuple(worst), server_output="\u202e" * 4000, sources={"server.py": {54: "ы" * 90_000}})
    text = html.page(report)
    assert len(text.encode()) <= html.LARGEST
    assert "✗ не пришло" in text


# -- in a browser


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("name", "report"), [("failing", FAILING), ("good", GOOD), ("nasty", NASTY)])
def test_in_a_browser(browser, tmp_path, name, report, dark):  # noqa: F811
    file = tmp_path / f"{name}.html"
    file.write_text(html.page(report), encoding="utf-8")
    for width in (360, 1400):
        browser.open(file, width=width, dark=dark)
        browser.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert browser.run("return document.documentElement.scrollWidth") <= width
        assert browser.complaints() == []
        assert browser.requests() == []
        assert browser.violations() == []
    assert browser.run("return document.title") != "owned"
    marked = browser.run("return [...document.querySelectorAll('.lanes g.wrong')].map(one => one.dataset.guest)")
    assert len(marked) == (0 if name == "good" else 1)
    if name == "failing":
        assert marked == ["Вера"]
        assert browser.run("return getComputedStyle(document.querySelector('.lanes .missing .line')).strokeDasharray") != "none"
        assert browser.run("return document.querySelectorAll('.lanes')[0].querySelectorAll('g path.line').length") == len(TALK)


def test_the_copy_button_works_where_scripts_do(browser, tmp_path):  # noqa: F811
    file = tmp_path / "copy.html"
    file.write_text(html.page(FAILING), encoding="utf-8")
    browser.open(file)
    assert browser.run("return document.querySelector('.chat-lab button').hidden") is False
    said = browser.driver.execute_async_script(
        "const done = arguments[0], button = document.querySelector('.chat-lab button'), status = button.nextElementSibling;"
        "button.closest('details').open = true;"
        "new MutationObserver(() => done(status.textContent)).observe(status, {childList: true}); button.click()"
    )
    assert said == "Скопировано"
