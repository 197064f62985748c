"""Where the chats are: one lab, a class tree, students without a chat, reports beside folders; and hostile trees."""

from __future__ import annotations

import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from test_submission_samples import (
    BROADCAST,
    CLIENT_BARE,
    CONSOLE,
    ECHO,
    JOURNAL,
    MATHS,
    PAGE,
    TWO_USERS,
    UDP_CHAT,
    UDP_HELLO,
    plant,
)

from grading.errors import ConfigError
from grading.submission import Submission, find, trees

TASKS = {"task1/server.py": UDP_HELLO, "task2/server.py": MATHS, "task3/server.py": PAGE, "task5/server.py": JOURNAL}
REPORT = f"# Задание 4\n\nСервер:\n\n```python\n{BROADCAST}```\n\nКлиент:\n\n```python\n{CLIENT_BARE}```\n"


def one(path: Path) -> Submission:
    (submission,) = find(path)
    return submission


def paths(root: Path) -> list[str]:
    return [submission.path.removeprefix(str(root)).removeprefix("/") for submission in find(root)]


def test_one_lab(tmp_path: Path) -> None:
    lab = one(plant(tmp_path, {"server.py": BROADCAST, "client.py": CLIENT_BARE, "notes.txt": "hello"}))
    assert (lab.path, lab.server, lab.argv, lab.cwd, lab.clients) == (str(tmp_path), "server.py", ("server.py",), "", ("client.py",))
    assert lab.problem is None
    assert set(lab.files) == {"server.py", "client.py", "notes.txt"}


def test_the_chat_is_found_among_the_other_tasks_whatever_it_is_called(tmp_path: Path) -> None:
    others = {f"Lr1/{path}": text for path, text in TASKS.items()}
    plant(tmp_path, others | {"Lr1/task4/main.py": BROADCAST, "Lr1/task4/user.py": CLIENT_BARE})
    assert paths(tmp_path) == ["Lr1/task4"]
    assert one(tmp_path).server == "main.py"


def test_tasks_side_by_side_in_one_folder(tmp_path: Path) -> None:
    files = {f"{path[4]}_server.py": text for path, text in TASKS.items()}
    lab = one(plant(tmp_path, files | {"4_server.py": BROADCAST, "4_client.py": CLIENT_BARE}))
    assert (lab.server, lab.clients) == ("4_server.py", ("4_client.py",))


def test_a_class_tree(tmp_path: Path) -> None:
    tasks: dict[str, str | bytes] = {f"students/k3341/Ivanov_Ivan/Lr1/{path}": text for path, text in TASKS.items()}
    plant(
        tmp_path,
        tasks
        | {
            "students/k3341/Ivanov_Ivan/Lr1/task4/server.py": BROADCAST,
            "students/k3341/Petrov_Petr/laboratory_work_1/4/chat_server.py": UDP_CHAT,
            "students/k3341/Petrov_Petr/Lr2/django/manage.py": "print('nothing of ours')",
            "students/k3342/Sidorova_Anna/docs/lab1/task4.md": REPORT,
            "students/k3342/Orlov_Oleg/Lr1/task2/server.py": MATHS,
            "students/k3342/Orlov_Oleg/Lr1/task3/server.py": PAGE,
            "students/k3342/Zimin_Zahar/chat.zip": zipped({"server.py": BROADCAST}),
        },
    )
    found = find(tmp_path)
    assert [lab.path.removeprefix(f"{tmp_path}/students/") for lab in found] == [
        "k3341/Ivanov_Ivan/Lr1/task4",
        "k3341/Petrov_Petr/laboratory_work_1/4",
        "k3342/Orlov_Oleg",
        "k3342/Sidorova_Anna/docs/lab1/task4.md",
        "k3342/Zimin_Zahar/chat.zip",
    ]
    assert [lab.problem.kind if lab.problem else "" for lab in found] == ["", "", "no-server", "", ""]


def test_labs_with_an_assignment_a_template_and_an_empty_folder(tmp_path: Path) -> None:
    plant(tmp_path, {"README.md": "# Задание\n\n```python\nimport socket\n```\n", "template/server.py": ECHO, "student_b/lost.txt": "ой"})
    plant(tmp_path, {"student_a/server.py": BROADCAST, "student_c/server.py": TWO_USERS})
    (tmp_path / "student_d").mkdir()
    assert paths(tmp_path) == ["student_a", "student_b", "student_c", "student_d", "template"]
    problems = {lab.path.rpartition("/")[2]: lab.problem and lab.problem.kind for lab in find(tmp_path)}
    assert problems == {"student_a": None, "student_b": "not-python", "student_c": None, "student_d": "empty", "template": None}


def test_server_and_client_in_folders_of_their_own(tmp_path: Path) -> None:
    lab = one(plant(tmp_path, {"server/server.py": BROADCAST, "client/client.py": CLIENT_BARE}))
    assert (lab.path, lab.server, lab.cwd, lab.argv) == (str(tmp_path), "server/server.py", "server", ("server.py",))
    assert lab.clients == ("client/client.py",)


def test_the_chat_of_many_is_preferred_and_the_others_are_named(tmp_path: Path) -> None:
    lab = one(plant(tmp_path, {"a.py": TWO_USERS, "b.py": CONSOLE, "c.py": UDP_CHAT, "d.py": BROADCAST}))
    assert lab.server == "d.py"
    assert "a.py, b.py" in lab.notes[0] or "c.py" in lab.notes[0]


def test_several_chats_in_several_folders_are_several_labs(tmp_path: Path) -> None:
    assert paths(plant(tmp_path, {"two_users/server.py": TWO_USERS, "many/server.py": BROADCAST})) == ["many", "two_users"]


def test_an_echo_is_taken_only_if_there_is_nothing_else(tmp_path: Path) -> None:
    lab = one(plant(tmp_path, {"server.py": ECHO}))
    assert (lab.server, lab.problem) == ("server.py", None)
    assert "не похож на чат" in lab.doubt


def test_the_size_of_a_buffer_written_as_a_power_is_no_task_in_maths(tmp_path: Path) -> None:
    lab = one(plant(tmp_path, {"server.py": TWO_USERS.replace("1024", "2 ** 10")}))
    assert (lab.server, lab.problem, "2 ** 10" in lab.files["server.py"].decode()) == ("server.py", None, True)


def test_who_passes_on_what_one_of_two_says_is_a_chat_whatever_he_imports(tmp_path: Path) -> None:
    lab = one(plant(tmp_path, {"server.py": "import math\n" + TWO_USERS}))
    assert (lab.server, lab.problem) == ("server.py", None)


def test_the_new_server_is_taken_though_it_only_fills_buffers_and_the_old_one_answers_at_once(tmp_path: Path) -> None:
    new = """
import select, socket
door = socket.socket()
door.bind(("localhost", 9090))
door.listen()
guests = {}

def flush(number):
    guest = guests[number]
    guest[1] = guest[1][guest[0].send(guest[1]):]

while True:
    for ready in select.select([door, *guests], [], [])[0]:
        if ready is door:
            guest, _ = door.accept()
            guests[guest.fileno()] = [guest, b""]
            continue
        data = guests[ready][0].recv(2 ** 12)
        for number in list(guests):
            if number != ready:
                guests[number][1] += data
                flush(number)
"""
    assert one(plant(tmp_path, {"server_new.py": new, "server_old.py": ECHO})).server == "server_new.py"


def test_folder_before_report_of_the_same_student(tmp_path: Path) -> None:
    lab = one(plant(tmp_path, {"task4/server.py": BROADCAST, "docs/task4.md": REPORT}))
    assert lab.path.endswith("task4")
    assert "отчёт task4.md" in lab.notes[0]


def test_reports_of_two_students_are_two_labs_however_alike(tmp_path: Path) -> None:
    assert paths(plant(tmp_path, {"ivanov.md": REPORT, "petrov.md": REPORT})) == ["ivanov.md", "petrov.md"]
    plant(tmp_path, {"orlov/server.py": BROADCAST, "zimin/server.py": BROADCAST, "sorokin/report.md": REPORT})
    assert {"orlov", "zimin", "sorokin/report.md"} <= set(paths(tmp_path))


@pytest.mark.parametrize(
    ("files", "kind", "words"),
    [
        ({}, "empty", "пусто"),
        ({"server.py": ""}, "empty", "пустые"),
        ({"server.js": "require('net')"}, "not-python", "server.js"),
        ({"client.py": CLIENT_BARE}, "no-server", "только клиент"),
        ({"server.py": PAGE}, "no-server", "другую задачу"),
        ({"hello.py": "print('hello')"}, "no-server", "bind"),
        ({"server.py": BROADCAST.replace("door.listen()", "door.listen(")}, "syntax", "server.py, строка"),
        ({"server.py": "import numpy_of_mine\n" + BROADCAST}, "missing-module", "numpy_of_mine"),
        ({"server.py": "from rooms import Room\n" + BROADCAST, "rooms.py": "class Room\n    pass\n"}, "syntax", "rooms.py, строка 1"),
    ],
)
def test_what_cannot_be_graded_says_why(tmp_path: Path, files: dict[str, str | bytes], kind: str, words: str) -> None:
    problem = one(plant(tmp_path, files)).problem
    assert problem is not None
    assert (problem.kind, words in problem.text) == (kind, True), problem.text


def test_a_syntax_error_has_its_line(tmp_path: Path) -> None:
    lab = one(plant(tmp_path, {"server.py": BROADCAST.replace("while True:\n    person", "while True\n    person")}))
    assert lab.problem is not None
    assert lab.server == "server.py"
    assert (lab.problem.line, lab.problem.source) == (25, "while True")
    assert "двоеточия" in lab.problem.text


def test_one_file_brings_its_modules_and_clients_only(tmp_path: Path) -> None:
    server = "from rooms import people\nimport net.words\n" + BROADCAST
    plant(tmp_path, {"server.py": server, "rooms.py": "people = []\n", "net/words.py": "HELLO = 1\n"})
    plant(tmp_path, {"client.py": CLIENT_BARE, "diary.py": "1"})
    lab = one(tmp_path / "server.py")
    assert lab.problem is None
    assert set(lab.files) == {"server.py", "rooms.py", "net/words.py", "client.py"}


def test_a_path_that_is_not_there_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        find(tmp_path / "nowhere")


def test_the_hash_knows_content_not_place_or_time(tmp_path: Path) -> None:
    first, second = (plant(tmp_path / name, {"server.py": BROADCAST}) for name in ("a", "b"))
    os.utime(second / "server.py", (1, 1))
    assert one(first).sha256 == one(second).sha256
    assert one(plant(tmp_path / "c", {"server.py": BROADCAST + "#"})).sha256 != one(first).sha256


# --- zips


def zipped(files: dict[str, str | bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_zip_is_a_tree_and_may_hold_zips(tmp_path: Path) -> None:
    inner = zipped({"lab/server.py": BROADCAST, "lab/client.py": CLIENT_BARE})
    outer = zipped({"Иванов.zip": inner, "Петров.zip": zipped({"task4/server.py": UDP_CHAT})})
    archive = plant(tmp_path, {"class.zip": outer}) / "class.zip"
    assert [lab.path.partition("class.zip")[2] for lab in find(archive)] == ["/Иванов.zip/lab", "/Петров.zip/task4"]


def test_a_zip_cannot_leave_its_place_nor_fill_the_memory(tmp_path: Path) -> None:
    bomb = zipped({"server.py": BROADCAST, "../escape.py": "1", "/etc/passwd": "1", "zeros.bin": bytes(60 << 20)})
    lab = one(plant(tmp_path, {"bomb.zip": bomb}) / "bomb.zip")
    assert lab.problem is not None
    assert lab.problem.kind == "limits"
    lab = one(plant(tmp_path, {"sly.zip": zipped({"server.py": BROADCAST, "../escape.py": "1"})}) / "sly.zip")
    assert set(lab.files) == {"server.py"}
    assert "за пределы" in lab.notes[0]


def test_what_is_no_zip_is_a_problem(tmp_path: Path) -> None:
    problem = one(plant(tmp_path, {"broken.zip": b"PK\x03\x04 not quite"}) / "broken.zip").problem
    assert problem is not None
    assert problem.kind == "unreadable"


# --- hostile trees


def test_links_and_fifos_are_left_out_with_a_note(tmp_path: Path) -> None:
    plant(tmp_path / "lab", {"server.py": BROADCAST})
    (tmp_path / "lab/etc").symlink_to("/etc")
    (tmp_path / "lab/secret.py").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "lab/pipe.py")
    lab = one(tmp_path / "lab")
    assert set(lab.files) == {"server.py"}
    assert lab.problem is None
    assert [note.split(" — ")[1] for note in lab.notes] == ["символическая ссылка.", "не обычный файл.", "символическая ссылка."]


def test_a_fifo_named_by_the_user_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "server.py")
    problem = one(tmp_path / "server.py").problem
    assert problem is not None
    assert problem.kind == "unreadable"


def test_over_a_cap_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MAX_FILES", 9)
    plant(tmp_path / "many", {"server.py": BROADCAST, **{f"{n}.txt": "" for n in range(9)}})
    plant(tmp_path / "huge", {"server.py": BROADCAST, "huge.bin": ""})
    os.truncate(tmp_path / "huge/huge.bin", 100 << 30)  # sparse: costs nothing, and must not be read
    for lab in find(tmp_path):
        assert lab.problem is not None
        assert (lab.problem.kind, dict(lab.files)) == ("limits", {})


def test_a_deep_tree_ends_somewhere(tmp_path: Path) -> None:
    plant(tmp_path, {"server.py": BROADCAST, "d/" * 60 + "x.py": "1"})
    lab = one(tmp_path)
    assert set(lab.files) == {"server.py"}
    assert "глубже" in lab.notes[0]


def test_names_that_paint_the_terminal_are_escaped(tmp_path: Path) -> None:
    plant(tmp_path, {"server.py": BROADCAST, "a\nb.py": "1", "\x1b[31mred.py": "1"})
    os.close(os.open(os.fsencode(tmp_path) + b"/\xff\xfe.py", os.O_CREAT))
    lab = one(tmp_path)
    assert set(lab.files) == {"server.py"}
    assert all(note.isprintable() for note in lab.notes)
    odd = plant(tmp_path / "x\x1b[2J\ny", {"server.py": BROADCAST})
    assert one(odd).path.isprintable()


def test_what_others_installed_is_no_submission(tmp_path: Path) -> None:
    lab = one(plant(tmp_path, {"server.py": BROADCAST, "venv/lib/chat.py": BROADCAST, ".git/hooks.py": "1", "__pycache__/x.pyc": b"1"}))
    assert set(lab.files) == {"server.py"}


def test_a_file_of_settings_is_no_virtual_environment(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"server.py": BROADCAST, ".env": "PORT=9090\n"}
    assert set(one(plant(tmp_path / "folder", files)).files) == set(files)
    assert set(one(plant(tmp_path, {"lab.zip": zipped(files)}) / "lab.zip").files) == set(files)
