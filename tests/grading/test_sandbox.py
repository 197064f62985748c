"""The sandbox against honest and hostile programs. Every wait has a deadline; nothing here sleeps outside student code."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grading.sandbox import Limits, Process, Sandbox, SandboxError, StudentBrokeSandbox, ThreadDump, open_sandbox
from grading.sandbox.floor import PortableFloor
from grading.sandbox.model import MIB
from grading.terminal import Terminal, plain

pytestmark = [
    pytest.mark.linux,
    pytest.mark.skipif(sys.platform != "linux", reason="needs Linux"),
    pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap"),
]

Opener = Callable[..., Sandbox]
ROOT = Path(__file__).parents[2]


@pytest.fixture
def opened() -> Iterator[Opener]:
    """Opens sandboxes with one program, server.py, and closes them all."""
    boxes: list[Sandbox] = []

    def opener(source: str, isolation: str = "require:bubblewrap", limits: Limits | None = None, **files: str) -> Sandbox:
        texts = {"server.py": source, **{name.replace("__", "/") + ".py": text for name, text in files.items()}}
        content = {path: textwrap.dedent(text).encode() for path, text in texts.items()}
        boxes.append(open_sandbox(content, isolation=isolation, limits=limits))
        return boxes[-1]

    yield opener
    for box in boxes:
        box.close()


def soon(seconds: float = 10.0) -> float:
    return time.monotonic() + seconds


def run(box: Sandbox, *argv: str) -> tuple[int | None, str]:
    """Start, wait for the end, give the exit code and the output."""
    process = box.start(argv or ["server.py"])
    return process.wait(soon()), process.output().decode()


def printed(process: Process, text: bytes) -> bytes:
    """Wait until the process has printed `text`."""
    deadline = soon()
    while text not in process.output():
        assert process.wait(soon(0.002)) is None or text in process.output(), process.output()
        assert time.monotonic() < deadline, process.output()
    return process.output()


TIERS = pytest.mark.parametrize("tier", ["require:bubblewrap", "floor"])
READY = "import time; print('ready'); time.sleep(60)"


@TIERS
def test_the_exit_code_and_the_output_come_back(opened: Opener, tier: str) -> None:
    box = opened("import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)", tier)
    process = box.start(["server.py"])
    assert process.wait(soon()) == 7
    assert process.stdout_so_far() == b"out\n"
    assert process.stderr_so_far() == b"err\n"
    assert sorted(process.output().split()) == [b"err", b"out"]
    assert process.poll() == 7


@TIERS
def test_the_student_is_alone_with_plain_python(opened: Opener, tier: str) -> None:
    source = """
        import os, resource, signal, sys
        assert sys.argv == ["server.py", "a"], sys.argv
        assert os.getcwd() == sys.path[0] or sys.path[0] == "", sys.path
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == set()
        assert sorted(map(int, os.listdir("/proc/self/fd")))[:-1] == [0, 1, 2, 3], os.listdir("/proc/self/fd")
        assert os.readlink("/proc/self/fd/255").startswith("pipe:")
        assert os.getsid(0) == os.getpid()
        odd = {name for name in sys.modules if name in ("faulthandler", "fcntl", "sitecustomize", "socket", "ctypes", "json")}
        assert not odd, odd
        assert resource.getrlimit(resource.RLIMIT_NOFILE) == (256, 256)
        assert set(os.environ) <= {"PATH", "HOME", "LANG", "TERM", "LC_CTYPE", "PYTHONHASHSEED", "EXTRA"}, os.environ
        assert os.environ["EXTRA"] == "1"
        print("fine")
    """
    process = opened(source, tier).start(["server.py", "a"], env={"EXTRA": "1"})
    assert process.wait(soon()) == 0, process.output().decode()


@TIERS
def test_stdin_is_a_pipe_that_does_not_end(opened: Opener, tier: str) -> None:
    process = opened("print('ready'); print('got', input())", tier).start(["server.py"])
    printed(process, b"ready")
    os.write(process.stdin, b"9090\n")
    assert process.wait(soon()) == 0
    assert b"got 9090" in process.output()


@TIERS
def test_a_program_can_be_given_a_terminal(opened: Opener, tier: str) -> None:
    box = opened("import os, sys; print(os.isatty(0), os.isatty(1), os.isatty(2)); print('got', input('? ')); sys.exit(3)", tier)
    terminal = Terminal()
    try:
        process = box.start(["server.py"], terminal=terminal.program_end)
        terminal.type("привет")
        assert process.wait(soon()) == 3
        terminal.look()
    finally:
        terminal.close()
    assert "True True True" in plain(bytes(terminal.screen))
    assert "got привет" in plain(bytes(terminal.screen))
    assert process.output() == b""


def test_where_there_are_no_terminals_it_is_said() -> None:
    with PortableFloor({"server.py": b""}, Limits()) as box:
        assert not box.terminals
        with pytest.raises(SandboxError):
            box.start(["server.py"], terminal=0)


@TIERS
def test_it_can_be_started_again_and_finds_its_files(opened: Opener, tier: str) -> None:
    box = opened("open('count', 'a').write('x'); print(open('count').read())", tier)
    assert run(box) == (0, "x\n")
    assert run(box) == (0, "xx\n")
    assert box.pids() == []


@TIERS
def test_packages_and_folders_start(opened: Opener, tier: str) -> None:
    box = opened("", tier, pkg__server="from . import other", pkg__other="print(__name__)")
    assert run(box, "-m", "pkg.server") == (0, "pkg.other\n")
    process = box.start(["other.py"], cwd="pkg")
    assert process.wait(soon()) == 0
    assert process.output() == b"__main__\n"


@TIERS
def test_signals_arrive(opened: Opener, tier: str) -> None:
    process = opened(READY, tier).start(["server.py"])
    printed(process, b"ready")
    process.signal(signal.SIGINT)
    assert process.wait(soon()) == -signal.SIGINT
    assert b"KeyboardInterrupt" in process.output()
    process.signal(signal.SIGINT)  # gone: nothing happens


@TIERS
def test_waiting_ends_at_the_deadline(opened: Opener, tier: str) -> None:
    process = opened(READY, tier).start(["server.py"])
    begun = time.monotonic()
    assert process.wait(begun + 0.05) is None
    assert time.monotonic() - begun < 1
    assert process.poll() is None


@TIERS
def test_long_output_is_cut_in_the_middle(opened: Opener, tier: str) -> None:
    box = opened("print('first'); print('x' * 1_000_000); print('last')", tier)
    code, output = run(box)
    assert code == 0
    assert output.startswith("first\n")
    assert output.endswith("last\n")
    assert "вырезано" in output
    assert len(output) < 300_000


@TIERS
def test_a_flood_is_killed(opened: Opener, tier: str) -> None:
    process = opened("import os\nwhile True: os.write(1, b'x' * 65536)", tier).start(["server.py"])
    assert process.wait(soon()) == -signal.SIGKILL
    assert process.flooded
    assert len(process.output()) < 300_000


@TIERS
def test_kill_leaves_nobody(opened: Opener, tier: str) -> None:
    box = opened(DAEMON, tier)
    process = box.start(["server.py"])
    printed(process, b"ready")
    assert len(box.pids()) == 2
    process.kill()
    assert process.wait(soon()) == -signal.SIGKILL
    assert box.pids() == []


DAEMON = """
    import os, signal, time
    if os.fork() == 0:
        os.setsid()
        if os.fork(): os._exit(0)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
        os.environ.clear()
        print("ready")
        time.sleep(60)
    time.sleep(60)
"""


@TIERS
def test_a_daemon_is_gone_after_close(opened: Opener, tier: str, mark: str) -> None:
    box = opened(DAEMON, tier)
    process = box.start(["server.py", mark])
    printed(process, b"ready")
    assert len(outside(mark)) == 2
    begun = time.monotonic()
    box.close()
    assert time.monotonic() - begun < 2
    assert outside(mark) == []
    box.close()


@pytest.fixture
def mark() -> str:
    """An argument by which this test's processes can be told from all others on this machine."""
    return f"mark-{os.getpid()}-{time.monotonic_ns()}"


def outside(mark: str) -> list[int]:
    """The processes started with `mark`, as the host numbers them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"server.py\0{mark}\0".encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


@TIERS
def test_all_threads_say_where_they_stand(opened: Opener, tier: str) -> None:
    source = """
        import socket, threading, time
        def hear(client):
            client.recv(1024)
        def spin():
            while True: pass
        a, b = socket.socketpair()
        lock = threading.Lock(); lock.acquire()
        threading.Thread(target=hear, args=(a,)).start()
        threading.Thread(target=spin).start()
        print("ready")
        lock.acquire()
    """
    box = opened(source, tier)
    process = box.start(["server.py"])
    printed(process, b"ready")
    seen, deadline, dumps = 0, soon(), list[ThreadDump]()
    while seen < 3:  # it prints before it gets to the lock
        assert time.monotonic() < deadline, dumps
        dumps = process.tracebacks()
        own = [[(line, func) for file, line, func in dump.frames if file.endswith("server.py")] for dump in dumps]
        assert len(own) == 3, dumps
        assert sorted(own)[:2] == [[(4, "hear")], [(6, "spin")]], dumps
        assert {dump.pid for dump in dumps} == {process.pid}
        seen += sorted(own)[2] == [(12, "<module>")]
    assert dumps[0].frames[0][0] == f"{box.lab}/server.py"


def test_a_student_can_spoil_the_tracebacks_only_for_itself(opened: Opener) -> None:
    source = """
        import os, signal, time
        signal.signal(46, signal.SIG_DFL)
        os.set_blocking(255, True)
        import threading
        threading.Thread(target=lambda: [os.write(255, b'  File "x", line 1 in y\\n' * 9) for _ in iter(int, 1)], daemon=True).start()
        print("ready")
        time.sleep(60)
    """
    process = opened(source).start(["server.py"])
    printed(process, b"ready")
    begun = time.monotonic()
    assert process.tracebacks() == []
    assert time.monotonic() - begun < 2
    assert process.poll() is None


def test_the_namespace_is_as_promised(opened: Opener) -> None:
    source = """
        import os, socket
        wanted = ("Cap", "NoNew", "Uid", "Groups", "Seccomp:")
        status = dict(line.split(":\\t") for line in open("/proc/self/status") if line.startswith(wanted))
        assert all(int(value, 16) == 0 for name, value in status.items() if name.startswith("Cap")), status
        assert status["NoNewPrivs"] == "1\\n"
        assert status["Uid"].split()[0] != "0"
        assert sorted(int(name) for name in os.listdir("/proc") if name.isdigit()) == [1, os.getpid()]
        assert socket.gethostbyname("localhost") == socket.gethostbyname(socket.gethostname()) == "127.0.0.1"
        for path in ("/home", "/etc/shadow", "/var", "/sys", "/boot"):
            try: assert not os.listdir(path), path
            except OSError: pass
        for path in ("/usr/x", "/x", "/etc/x", "/opt/python/x", "/dev/x", "/run/inside/x"):
            try: open(path, "w")
            except OSError: continue
            raise AssertionError(path)
        for number in (9, 19):
            os.kill(1, number)
        for attempt in (lambda: os.listdir("/proc/1/fd"), lambda: open("/proc/1/mem", "rb")):
            try: attempt()
            except PermissionError: continue
            raise AssertionError(attempt)
        import ctypes
        assert ctypes.CDLL(None, use_errno=True).unshare(0x10000000) == -1
        print("fine")
    """
    box = opened(source)
    assert run(box) == (0, "fine\n")
    assert box.notes == ()
    assert (box.tier, box.network, box.not_protected) == ("bubblewrap", "private", ())
    assert run(box) == (0, "fine\n")


@TIERS
def test_the_kit_is_out_of_reach_and_the_offered_packages_are_not(opened: Opener, tier: str) -> None:
    source = """
        import sys, glob
        sys.path += [sys.base_prefix + "/lib/python3.%d/site-packages" % sys.version_info[1], *glob.glob("/usr/lib/python3*/*-packages")]
        for name in ("grading", "reference", "pytest", "_pytest", "psutil"):
            try: __import__(name)
            except ImportError: continue
            raise SystemExit(name)
        import loguru, colorama
    """
    if tier == "floor":  # nothing is hidden there, but nothing is on the path either
        source = source.replace("sys.path +=", "ignored =")
    code, output = run(opened(source, tier))
    assert (code, output) == (0, "")


def test_files_of_the_lab_are_for_the_student_alone(opened: Opener) -> None:
    spoilers = {name: "print('mine'); raise SystemExit(5)" for name in ("socket", "os", "grading", "marshal", "inside", "select")}
    box = opened("import socket", **spoilers, conftest="boom(", sitecustomize="print('site')")
    assert run(box) == (5, "mine\n")
    (guest,) = box.sockets(socket.AF_INET, socket.SOCK_STREAM, 1)
    guest.close()


def listen(address: str, port: int) -> str:
    return f"""
        import socket
        listener = socket.socket()
        listener.bind(({address!r}, {port}))
        listener.listen()
        print("ready")
        client, _ = listener.accept()
        client.sendall(client.recv(100).upper())
        client.recv(1)
    """


@pytest.mark.parametrize(
    ("address", "port", "target"), [("", 80, "127.0.0.1"), ("192.168.7.7", 9090, "192.168.7.7"), ("127.0.0.2", 1, "127.0.0.2")]
)
def test_any_address_and_port_can_be_reached(opened: Opener, address: str, port: int, target: str) -> None:
    box = opened(listen(address, port))
    process = box.start(["server.py"])
    printed(process, b"ready")
    (guest,) = box.sockets(socket.AF_INET, socket.SOCK_STREAM, 1)
    with guest:
        guest.settimeout(5)
        guest.connect((target, port))
        guest.sendall(b"hello")
        assert guest.recv(100) == b"HELLO"


def test_the_same_port_twice_at_once(opened: Opener) -> None:
    boxes = [opened(listen("127.0.0.1", 9090)) for _ in range(2)]
    processes = [box.start(["server.py"]) for box in boxes]
    guests = [box.sockets(socket.AF_INET, socket.SOCK_STREAM, 1)[0] for box in boxes]
    for process, guest in zip(processes, guests, strict=True):
        printed(process, b"ready")
        guest.settimeout(5)
        guest.connect(("127.0.0.1", 9090))
    for index, guest in enumerate(guests):
        guest.sendall(b"abc"[index : index + 1])
        assert guest.recv(10) == b"ABC"[index : index + 1]
        guest.close()


def test_many_sockets_of_each_kind(opened: Opener) -> None:
    box = opened("")
    for family, kind, count in ((socket.AF_INET, socket.SOCK_STREAM, 300), (socket.AF_INET6, socket.SOCK_DGRAM, 2)):
        made = box.sockets(family, kind, count)
        assert len(made) == count
        assert all(one.family == family and one.type == kind and one.gettimeout() is None for one in made)
        for one in made:
            one.close()


def test_the_windows_show_the_namespace(opened: Opener) -> None:
    box = opened(READY)
    process = box.start(["server.py"])
    printed(process, b"ready")
    assert box.pids() == [process.pid]
    assert box.proc_fd is not None
    call = os.open(f"{process.pid}/task/{process.pid}/syscall", os.O_RDONLY, dir_fd=box.proc_fd)
    assert os.read(call, 100).split()[0].isdigit()
    os.close(call)
    for fd in box.snmp_fds:
        assert os.pread(fd, 65536, 0) == os.pread(fd, 65536, 0)
    assert b"InReceives" in os.pread(box.snmp_fds[0], 65536, 0)
    assert box.diag is not None
    assert box.diag.family == socket.AF_NETLINK


@TIERS
def test_a_memory_hog_ends(opened: Opener, tier: str) -> None:
    box = opened("x = bytearray(1 << 40)", tier)
    code, output = run(box)
    assert code == 1
    assert "MemoryError" in output


def test_a_large_submission_fits(opened: Opener) -> None:
    box = opened("import os; print(os.path.getsize('big.py'))", limits=Limits(lab_disk=1 * MIB), big="#" * (5 * MIB))
    assert run(box) == (0, f"{5 * MIB}\n")


def test_disks_are_small(opened: Opener) -> None:
    source = """
        import errno
        for path in ("/lab/x", "/tmp/x", "/dev/shm/x"):
            try:
                with open(path, "wb", buffering=0) as file:
                    for _ in range(64): assert file.write(bytes(1 << 20)) == 1 << 20
            except (OSError, AssertionError): continue
            raise SystemExit(path)
    """
    assert run(opened(source, limits=Limits(lab_disk=4 * MIB, tmp=4 * MIB))) == (0, "")


def test_a_fork_bomb_is_bounded_and_killed(opened: Opener) -> None:
    source = """
        import os, time
        children = 0
        while True:
            try:
                pid = os.fork()
            except OSError:
                break
            if pid == 0:
                time.sleep(60)
            children += 1
        print("ready", children)
        time.sleep(60)
    """
    box = opened(source, limits=Limits(processes=30))
    process = box.start(["server.py"])
    printed(process, b"ready 28\n")
    assert len(box.pids()) == 29
    process.kill()
    assert box.pids() == []
    again = box.start(["server.py"])
    printed(again, b"ready 28\n")
    box.close()


@TIERS
def test_breaking_the_starter_is_the_students_doing(opened: Opener, tier: str, mark: str) -> None:
    box = opened("import os, signal; os.kill(os.getppid(), signal.SIGKILL); print('ready'); input()", tier)
    process = box.start(["server.py", mark])
    if tier == "floor":
        with pytest.raises(StudentBrokeSandbox):
            process.wait(soon())
        with pytest.raises(StudentBrokeSandbox):
            box.start(["server.py"])
    else:
        printed(process, b"ready")
        assert process.poll() is None
    box.close()
    assert outside(mark) == []


def test_a_stopped_starter_does_not_hold_up_the_floor(opened: Opener, mark: str) -> None:
    box = opened("import os, signal, time; os.kill(os.getppid(), signal.SIGSTOP); print('ready'); time.sleep(60)", "floor")
    process = box.start(["server.py", mark])
    printed(process, b"ready")
    begun = time.monotonic()
    box.close()
    assert time.monotonic() - begun < 3
    assert outside(mark) == []


SCRIPT = """
import os, sys, time
sys.path.insert(0, {root!r})
from grading.sandbox import open_sandbox
box = open_sandbox({{"server.py": {source!r}.encode()}}, isolation={tier!r})
process = box.start(["server.py", {mark!r}])
while b"ready" not in process.output(): process.wait(time.monotonic() + 0.002)
print(process.output().decode(), box.notes, box.pids(), process.tracebacks()[0].frames[0][2], flush=True)
if {wait!r}: sys.stdin.read()
box.close()
"""


@TIERS
def test_kill_9_of_the_grader_leaves_nothing(tier: str, mark: str) -> None:
    script = SCRIPT.format(root=str(ROOT), source=textwrap.dedent(DAEMON), tier=tier, wait=True, mark=mark)
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        assert "ready" in grader.stdout.readline()
        fds = [os.pidfd_open(pid) for pid in outside(mark)]
        assert len(fds) == 2
        grader.kill()
    for fd in fds:
        assert wait_for(fd, soon(3))
        os.close(fd)


def wait_for(fd: int, deadline: float) -> bool:
    from grading.sandbox.linux import wait_readable  # noqa: PLC0415 - Linux only

    return wait_readable(fd, deadline)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs root, to become somebody else")
def test_an_ordinary_user_gets_the_same(tmp_path: Path) -> None:
    """`nobody` may not see root's interpreter or a private temporary folder: the system's python3 and a copy of the package do."""
    python = shutil.which("python3", path="/usr/bin")
    if python is None or subprocess.run([python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"], check=False).returncode:
        pytest.skip("no second interpreter of at least 3.11")
    for name in ("__init__.py", "messages.py", "locale", "sandbox"):
        source = ROOT / "grading" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, _made(tmp_path) / name)
    script = SCRIPT.format(root=str(tmp_path), source="print('ready')\ninput()", tier="require:bubblewrap", wait=False, mark="")
    for folder in [tmp_path, *tmp_path.parents[:3]]:
        folder.chmod(0o755)
    command = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", python, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, cwd="/")
    assert done.stdout.endswith(" () [2] <module>\n"), done


def _made(folder: Path) -> Path:
    (folder / "grading").mkdir(exist_ok=True)
    return folder / "grading"
