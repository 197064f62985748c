"""A server's life in a real sandbox: where it listens, why it does not, who is connected, where it is stuck, how it ends."""

from __future__ import annotations

import shutil
import socket
import sys
import textwrap
import time
from collections.abc import Callable, Iterator

import pytest

from grading.eyes import Held
from grading.keyboard import default_shown
from grading.running import Launch, NotStarted
from grading.sandbox import open_sandbox
from grading.server import CONNECT_LIMIT, NoConnection, Server
from grading.stillness import Rest
from grading.submission.idle import idle_waits

pytestmark = [
    pytest.mark.linux,
    pytest.mark.skipif(sys.platform != "linux", reason="needs Linux"),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap"),
]

Opener = Callable[..., Server]
LIMIT = 10.0


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Opens sandboxes with one program, server.py, and closes them all."""
    open_ones: list[Server] = []

    def opener(source: str, *, stdin: str = "", argv: tuple[str, ...] = ("server.py",), cwd: str = "", **files: str) -> Server:
        texts = {"server.py": source, **{name.replace("__", "/") + ".py": text for name, text in files.items()}}
        sandbox = open_sandbox({path: textwrap.dedent(text).encode() for path, text in texts.items()}, isolation="require:bubblewrap")
        idle = idle_waits({path: textwrap.dedent(text).encode() for path, text in texts.items()}, alone=True)
        try:
            open_ones.append(Server(sandbox, Launch(argv, cwd, stdin, idle=idle)))
        except BaseException:
            sandbox.close()
            raise
        return open_ones[-1]

    yield opener
    for server in open_ones:
        server.close()
        server.sandbox.close()


def settled(server: Server) -> Rest:
    return server.clock.settle(time.monotonic() + LIMIT)


def code(server: Server) -> int | None:
    """The exit code, once it is reported."""
    assert server.process is not None
    return server.process.wait(time.monotonic() + LIMIT)


def listening(address: str = '("127.0.0.1", 9090)', family: str = "AF_INET") -> str:
    """A server that listens and does nothing more."""
    return f"""
import socket
sock = socket.socket(socket.{family})
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.bind({address})
sock.listen()
"""


ACCEPTING = listening() + "while True:\n    conn, address = sock.accept()\n    print(address, flush=True)\n"


# -- where it listens


@pytest.mark.parametrize(
    ("address", "family", "expected"),
    [
        ('("127.0.0.1", 9090)', "AF_INET", (socket.AF_INET, ("127.0.0.1", 9090))),
        ('("", 5555)', "AF_INET", (socket.AF_INET, ("127.0.0.1", 5555))),
        ('("127.0.0.2", 9090)', "AF_INET", (socket.AF_INET, ("127.0.0.2", 9090))),
        ('("192.168.1.7", 80)', "AF_INET", (socket.AF_INET, ("192.168.1.7", 80))),  # the address of the student's own machine
        ('("::1", 9090)', "AF_INET6", (socket.AF_INET6, ("::1", 9090))),
        ('("::", 9090)', "AF_INET6", (socket.AF_INET6, ("::1", 9090))),
    ],
)
def test_where_it_listens_is_found_and_a_guest_gets_in(opened: Opener, address: str, family: str, expected: object) -> None:
    server = opened(listening(address, family) + "conn, _ = sock.accept()\nconn.send(b'hello')\nconn.recv(1)\n")
    assert server.start() < LIMIT
    assert server.addresses == [expected]
    link = server.connect("Вера")
    assert settled(server) is Rest.STILL
    assert (bytes(link.inbox), link.remote, server.names) == (b"hello", server.addresses[0][1], {link.local: "Вера"})


def test_of_several_ports_the_lowest_is_taken(opened: Opener) -> None:
    two = listening('("127.0.0.1", 9091)') + "other = sock\n" + listening('("127.0.0.1", 9090)').replace("sock.listen()", "")
    server = opened(two + "import threading\nother.listen(); sock.listen(); sock.accept()\n")
    server.start()
    assert server.addresses[0] == (socket.AF_INET, ("127.0.0.1", 9090)) or server.addresses == [(socket.AF_INET, ("127.0.0.1", 9091))]


def test_a_program_may_be_started_in_a_folder_with_arguments_and_be_typed_at(opened: Opener) -> None:
    body = listening('("127.0.0.1", port)').replace("import socket", "import socket, sys; port = int(sys.argv[1]) + int(input())")
    server = opened("", chat__run=body + "sock.accept()\n", argv=("run.py", "9000"), cwd="chat", stdin="7\n")
    server.start()
    assert server.addresses == [(socket.AF_INET, ("127.0.0.1", 9007))]


def test_guests_come_from_the_same_ports_every_time(opened: Opener) -> None:
    server = opened(ACCEPTING)
    server.start()
    assert [server.connect(f"{number}").local for number in range(3)] == [("127.0.0.1", 50001 + number) for number in range(3)]
    assert settled(server) is Rest.STILL
    assert server.output() == "".join(f"('127.0.0.1', {50001 + number})\n" for number in range(3))


@pytest.mark.parametrize("port", [50001, 50002])
def test_a_server_on_a_port_of_the_guests_is_no_trouble(opened: Opener, port: int) -> None:
    server = opened(listening(f'("127.0.0.1", {port})') + "while True: sock.accept()\n")
    server.start()
    links = [server.connect("Вера"), server.connect("Глеб")]
    assert settled(server) is Rest.STILL
    assert port not in [link.local[1] for link in links]


def test_a_server_that_asks_for_its_address_is_answered(opened: Opener) -> None:
    server = opened("host = input('IP: ')\nport = int(input('Введите порт: '))\n" + listening("(host, port)") + "sock.accept()\n")
    server.start()
    assert server.addresses == [(socket.AF_INET, ("127.0.0.1", 9090))]
    assert server.answers == ["127.0.0.1", "9090"]


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("Port [9095]: ", "9095"),
        ("IP address [127.0.0.1]: ", "127.0.0.1"),
        ("Хост (localhost): ", "localhost"),
        ("Порт (по умолчанию 5000): ", "5000"),
        ("Порт (например, 8080) > ", "8080"),
        ("Порт (1-65535) [7000]: ", "7000"),
        ("Порт (1024-65535): ", None),
        ("Порт: ", None),
        ("Имя [9095]: ", None),
    ],
)
def test_the_port_a_question_offers_is_the_one_the_clients_know(question: str, shown: str | None) -> None:
    assert default_shown("Сервер чата\n" + question) == shown


def test_a_port_offered_in_brackets_is_taken(opened: Opener) -> None:
    server = opened("port = int(input('Port [9095]: ') or 9095)\n" + listening('("127.0.0.1", port)') + "sock.accept()\n")
    server.start()
    assert server.answers == ["9095"]
    assert server.addresses == [(socket.AF_INET, ("127.0.0.1", 9095))]


# -- why it does not


def refusal(server: Server, limit: float = LIMIT) -> tuple[str, int | None]:
    with pytest.raises(NotStarted) as failure:
        server.start(limit)
    return failure.value.reason, failure.value.code


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("raise SystemExit(3)", ("exited", 3)),
        ("", ("exited", 0)),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", ("exited", -9)),
        ("def (", ("exited", 1)),
        ("name = input('Секретное слово: ')", ("input", None)),
        ("while True: input('Порт: ')", ("input", None)),  # no answer is good enough
        ("import sys; sys.stdin.readline()", ("input", None)),
        ("import socket; sock = socket.socket(); sock.bind(('', 9090)); sock.accept()", ("exited", 1)),
        ("import threading; threading.Event().wait()", ("silent", None)),
        ("import socket; sock = socket.socket(type=socket.SOCK_DGRAM); sock.recvfrom(1024)", ("silent", None)),
    ],
)
def test_why_it_does_not_listen(opened: Opener, source: str, expected: tuple[str, int | None]) -> None:
    server = opened(source)
    begun = time.monotonic()
    assert refusal(server) == expected
    assert time.monotonic() - begun < LIMIT / 2  # known at once, not at the limit


@pytest.mark.parametrize(
    ("source", "reason"), [("while True: pass", "slow"), ("import time\nwhile True: time.sleep(0.05)", "silent")], ids=["busy", "asleep"]
)
def test_at_the_limit_it_was_slow_or_silent(opened: Opener, source: str, reason: str) -> None:
    assert refusal(opened(source), limit=0.5) == (reason, None)


def test_a_slow_starter_with_a_thread_at_the_keyboard_is_waited_for(opened: Opener) -> None:
    console = "import threading, time\nthreading.Thread(target=input, daemon=True).start()\ntime.sleep(0.5)\n"
    server = opened(console + ACCEPTING)
    assert server.start() < LIMIT


def test_a_slow_starter_is_waited_for(opened: Opener) -> None:
    server = opened("import time\ntime.sleep(0.5)\n" + ACCEPTING)
    assert 0.5 < server.start() < LIMIT


def test_what_it_printed_is_kept_also_if_it_is_no_text(opened: Opener) -> None:
    server = opened("import os; os.write(1, 'привет'.encode() + b'\\xff\\n'); os.write(2, b'err'); raise SystemExit(1)")
    refusal(server)
    assert server.output() == "привет\\xff\nerr"


# -- connecting


def test_nobody_listens_any_more(opened: Opener) -> None:
    server = opened(listening() + "sock.accept()\nsock.close()\ninput()\n")
    server.start()
    server.connect("Вера")
    assert settled(server) is Rest.STILL
    with pytest.raises(NoConnection, match="refused"):
        server.connect("Глеб")
    assert server.names.keys() == {("127.0.0.1", 50001)}


def test_who_is_not_accepted_waits_in_the_queue(opened: Opener) -> None:
    server = opened(listening() + "sock.accept()\ninput()\n")
    server.start()
    for name in ("Борис", "Вера", "Глеб"):
        server.connect(name)
        assert settled(server) is Rest.STILL
    assert server.unaccepted() == 2


# -- where it is


THREADED = (
    listening()
    + """
import threading
def talk(conn):
    while conn.recv(1024):
        pass
while True:
    conn, address = sock.accept()
    threading.Thread(target=talk, args=(conn,)).start()
"""
)


def line_of(source: str, text: str) -> int:
    return next(number for number, line in enumerate(source.splitlines(), 1) if text in line)


def test_each_thread_is_seen_in_its_line_and_waiting_for_its_guest(opened: Opener) -> None:
    server = opened(THREADED)
    server.start()
    server.connect("Вера")
    server.connect("Глеб")
    assert settled(server) is Rest.STILL
    found = {(one.call, one.waits_for, one.frames[-1 if one.call == "accept" else 0]) for one in server.waiting()}
    recv, accept = line_of(THREADED, "conn.recv"), line_of(THREADED, "sock.accept")
    assert found == {
        ("recv", "пока Вера что-нибудь пришлёт", ("/lab/server.py", recv)),
        ("recv", "пока Глеб что-нибудь пришлёт", ("/lab/server.py", recv)),
        ("accept", "нового подключения", ("/lab/server.py", accept)),
    }


@pytest.mark.parametrize(
    ("after", "call", "waits_for"),
    [
        ("conn.recv(10)", "recv", "пока Вера что-нибудь пришлёт"),
        ("input()", "read", "ввода с клавиатуры сервера"),
        ("import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()", "lock", "другого потока"),
        ("import time; time.sleep(2)", "sleep", "конца паузы sleep"),
        ("import select; select.select([conn], [], [])", "select", "события на любом из своих сокетов"),
        ("conn.sendall(bytes(10**8))", "send", "пока Вера прочтёт то, что уже отправлено"),
        ("while True: pass", "busy", "ничего: цикл крутится без остановки"),
    ],
)
def test_what_it_is_stuck_in_is_told(opened: Opener, after: str, call: str, waits_for: str) -> None:
    source = listening() + f"conn, _ = sock.accept()\n{after}\n"
    server = opened(source)
    server.start()
    link = server.connect("Вера")
    link.reading = False
    server.clock.settle(time.monotonic() + 0.8)  # still or busy; a sleeper is not awaited
    (only,) = server.waiting()
    assert only.call == call
    assert only.waits_for.startswith(waits_for)
    assert ("/lab/server.py", line_of(source, after)) in only.frames


def test_a_server_that_is_gone_waits_for_nobody(opened: Opener) -> None:
    server = opened(listening() + "sock.accept()\n")
    server.start()
    server.connect("Вера")
    assert settled(server) is Rest.STILL
    assert code(server) == 0
    assert server.waiting() == []
    assert server.threads() == ()


# -- its end


def interrupted(server: Server, limit: float) -> tuple[bool, bool]:
    """(whether it ended, whether that was known before the limit)."""
    begun = time.monotonic()
    ended = server.interrupt(limit)
    return ended, time.monotonic() - begun < limit


def test_ctrl_c_ends_a_server_in_accept(opened: Opener) -> None:
    server = opened(ACCEPTING)
    server.start()
    assert interrupted(server, LIMIT) == (True, True)
    assert code(server) is not None


def test_threads_that_are_no_daemons_keep_it_alive_and_that_is_known_at_once(opened: Opener) -> None:
    server = opened(THREADED)
    server.start()
    server.connect("Вера")
    assert settled(server) is Rest.STILL
    assert interrupted(server, LIMIT) == (False, True)
    assert server.exit_code() is None


def test_who_takes_a_while_to_end_is_waited_for(opened: Opener) -> None:
    slow = "import time\ntry:\n    sock.accept()\nexcept KeyboardInterrupt:\n    time.sleep(0.3)\n"
    server = opened(listening() + slow)
    server.start()
    assert interrupted(server, LIMIT) == (True, True)


def test_a_thread_that_looks_now_and_then_whether_it_shall_end_is_waited_for(opened: Opener) -> None:
    polite = """
import threading
over = threading.Event()
def accepting():
    sock.settimeout(0.3)
    while not over.is_set():
        try: sock.accept()
        except TimeoutError: pass
threading.Thread(target=accepting).start()
try:
    threading.Event().wait()
except KeyboardInterrupt:
    over.set()
"""
    server = opened(listening() + polite)
    server.start()
    assert settled(server) is Rest.STILL
    assert interrupted(server, LIMIT) == (True, True)


def test_who_spins_instead_of_ending_is_given_up_at_the_limit(opened: Opener) -> None:
    spins = "while True:\n    try:\n        sock.accept()\n    except KeyboardInterrupt:\n        while True: pass\n"
    server = opened(listening() + spins)
    server.start()
    begun = time.monotonic()
    assert not server.interrupt(0.5)
    assert 0.5 <= time.monotonic() - begun < LIMIT


def test_a_server_that_was_never_started_has_ended(opened: Opener) -> None:
    server = opened(ACCEPTING)
    assert server.exit_code() is None
    assert server.output() == ""
    assert server.interrupt(LIMIT)
    server.kill()


def test_it_starts_again_in_the_same_sandbox(opened: Opener) -> None:
    server = opened(ACCEPTING)
    server.start()
    first = server.connect("Вера")
    assert settled(server) is Rest.STILL
    server.kill()
    assert settled(server) is Rest.STILL
    assert first.ended
    assert code(server) == -9
    server.start()
    assert server.addresses == [(socket.AF_INET, ("127.0.0.1", 9090))]
    assert server.exit_code() is None
    server.connect("Глеб")
    assert settled(server) is Rest.STILL
    assert server.output() == "('127.0.0.1', 50002)\n"  # of the second start alone


def test_without_reuse_address_the_second_start_fails(opened: Opener) -> None:
    lines = [line for line in ACCEPTING.splitlines() if "REUSEADDR" not in line]
    server = opened("\n".join([*lines, "    keep = conn"]))
    server.start()
    server.connect("Вера")
    assert settled(server) is Rest.STILL
    server.kill()
    assert refusal(server) == ("exited", 1)
    assert "Address already in use" in server.output()


def test_after_the_end_there_is_no_keyboard(opened: Opener) -> None:
    server = opened("raise SystemExit(0)")
    refusal(server)
    server.type("кто-нибудь здесь?\n")


class Dying:
    """A sandbox and its process between two moments: nobody lives any more, and the exit code has not been reported yet."""

    proc_fd = diag = None
    network = "shared"

    def pids(self) -> list[int]:
        return []

    def poll(self) -> int | None:
        return None

    def wait(self, deadline: float) -> int | None:
        assert deadline < time.monotonic() + LIMIT
        return 1


def test_of_a_server_with_nobody_alive_the_exit_code_is_waited_for() -> None:
    dying = Dying()
    server = Server(dying, Launch(("server.py",)))  # type: ignore[arg-type]
    server.process = dying  # type: ignore[assignment]
    assert server.exit_code() == 1


def test_where_threads_may_not_be_looked_at_the_other_clock_takes_over(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    def hidden(self: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("grading.eyes.by_kernel.Threads.look", hidden)
    server = opened("import time\ntime.sleep(0.3)\n" + ACCEPTING)
    server.start()
    assert server.clock_name == "quiet-period"
    assert server.connect("Вера").local in server.names
    assert settled(server) is Rest.STILL


# -- many guests, and one who does not read


@pytest.mark.parametrize(("backlog", "room"), [("", 128), ("5", 5), ("1", 1)])
def test_how_many_may_come_at_once_is_what_listen_left_room_for(opened: Opener, backlog: str, room: int) -> None:
    server = opened(listening().replace("listen()", f"listen({backlog})") + "input()\n")
    server.start()
    assert server.door() == room
    server.connect("Вера")
    assert settled(server) is Rest.STILL
    assert server.door() == max(1, room - 1)


@pytest.mark.parametrize("backlog", [0, 1])
def test_who_finds_the_queue_full_is_told_at_once(opened: Opener, backlog: int) -> None:
    server = opened(listening().replace("listen()", f"listen({backlog})") + "input()\n")
    server.start()
    for _ in range(backlog + 1):
        server.connect("Вера")
    assert settled(server) is Rest.STILL
    begun = time.monotonic()
    with pytest.raises(NoConnection):
        server.connect("Глеб")
    assert time.monotonic() - begun < CONNECT_LIMIT / 2
    assert not server.clock.timers_matter


def test_a_full_queue_may_get_shorter_by_itself(opened: Opener) -> None:
    late = "time.sleep(0.2)\nkept = [sock.accept() for _ in '12']\ninput()\n"
    server = opened("import time\n" + listening().replace("listen()", "listen(0)") + late)
    server.start()
    for guest in ("Вера", "Глеб"):
        server.connect(guest)
    assert settled(server) is Rest.STILL
    assert server.unaccepted() == 0


KEEPS = """
import threading
kept = []
def serve(conn):
    while conn.recv(100): pass
    kept.append(conn)
while True:
    threading.Thread(target=serve, args=(sock.accept()[0],)).start()
"""


def test_sockets_and_threads_are_counted(opened: Opener) -> None:
    server = opened(listening() + KEEPS)
    server.start()
    assert server.held() == Held(1, 1)
    links = [server.connect("Вера"), server.connect("Глеб")]
    assert settled(server) is Rest.STILL
    assert server.held() == Held(3, 3)
    links[0].close()
    assert settled(server) is Rest.STILL
    assert server.held() == Held(3, 2)


WRITES = """
conn, _ = sock.accept()
conn.setblocking(False)
try:
    while True: conn.send(b'*' * 100)
except BlockingIOError:
    print('full')
conn.recv(1) if conn.setblocking(True) else conn.recv(1)
"""


def test_for_who_does_not_read_next_to_nothing_is_kept(opened: Opener) -> None:
    server = opened(listening() + WRITES)
    server.start()
    link = server.connect("Соня", reads=False)
    assert settled(server) is Rest.STILL
    assert server.output() == "full\n"
    assert link.inbox == b""
    written = server.written(link)
    assert written is not None
    assert 1000 < written < 64 << 10
    link.close()
    assert settled(server) is Rest.STILL
    assert server.written(link) is None


def test_what_is_sent_to_a_frozen_server_comes_at_once(opened: Opener) -> None:
    both = "import select\na, b = sock.accept()[0], sock.accept()[0]\nprint(len(select.select([a, b], [], [])[0]), flush=True)\na.recv(1)\n"
    server = opened(listening() + both)
    server.start()
    links = [server.connect("Вера"), server.connect("Глеб")]
    assert settled(server) is Rest.STILL
    with server.frozen():
        for link in links:
            link.send(b"!")
    server.clock.settle(time.monotonic() + LIMIT, lambda: "2" in server.output())
    assert server.output() == "2\n"


@pytest.mark.parametrize(
    "waits",
    [
        "import time\nwhile True:\n    time.sleep(3)",
        "sock.settimeout(3)\nwhile True:\n    try:\n        conn, address = sock.accept()\n    except socket.timeout:\n        pass",
        "import select\nwhile True:\n    ready, _, _ = select.select([sock], [], [], 3)\n    for one in ready: one.accept()",
        "from selectors import *\nmany = DefaultSelector()\nmany.register(sock, 1)\nwhile True:\n    for key, _ in many.select(3): 0",
    ],
    ids=["sleep", "accept", "select", "selectors"],
)
def test_a_time_out_that_leads_to_nothing_is_not_waited_for_until_ctrl_c(opened: Opener, waits: str) -> None:
    goodbye = "except KeyboardInterrupt:\n    import time\n    time.sleep(0.2)"
    server = opened(listening() + "try:\n" + textwrap.indent(waits, "    ") + "\n" + goodbye)
    server.start()
    with server.frozen():  # a wait that goes on after that is the same one
        pass
    (thread,) = server.threads()
    assert thread.call in ("sleep", "poll", "select", "epoll")
    assert not thread.timed
    assert server.interrupt(LIMIT)


IN_TURN = """
import threading
conn, _ = sock.accept()
conn.settimeout(5)
other, _ = sock.accept()
{more}
conn.recv(1)
"""


@pytest.mark.parametrize(
    ("more", "waits"), [("", True), ("other.settimeout(5); threading.Thread(target=other.recv, args=(1,)).start()", False)]
)
def test_the_one_thread_with_a_time_out_waits_for_one_of_the_guests(opened: Opener, more: str, waits: bool) -> None:
    server = opened(listening() + IN_TURN.format(more=more))
    server.start()
    silent, other = server.connect("Молчун"), server.connect("Борис")
    assert settled(server) is Rest.STILL
    assert (server.waiter(silent) is not None, server.waiter(other)) == (waits, None)
