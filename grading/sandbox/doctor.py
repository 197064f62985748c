"""Try every layer of protection on this machine, and say what would make the missing ones work. `grade --doctor` prints it.

Nothing is believed because a program or a version is there: a sandbox is opened, a program in it tries what is forbidden, and must fail.
"""

from __future__ import annotations

import os
import shutil
import socket
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grading.messages import N_, _
from grading.sandbox.model import BUBBLEWRAP, FLOOR, Process, Sandbox, SandboxError, StudentBrokeSandbox
from grading.sandbox.opening import open_sandbox

SECONDS = 10.0
APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
USERNS_SWITCH = Path("/proc/sys/kernel/unprivileged_userns_clone")  # Debian's own

# Runs as the student. Each line of what it prints names something forbidden that it could do.
PROBE = """
import os, socket, sys, time
def attempt(name, action):
    try:
        action()
    except Exception:
        return
    print(name)
def connect():
    socket.create_connection(("127.0.0.1", {port}), 1).close()
attempt("read", lambda: open({secret!r}).close())
attempt("connect", connect)
attempt("write", lambda: open("/usr/chat-lab-probe", "w").close())
attempt("kill", lambda: os.kill({pid}, 0))
listener = socket.create_server(("192.168.7.7", 80)) if {private} else None
print("ready")
time.sleep(60)
"""
FORBIDDEN = {
    "read": N_("читает файлы проверяющего"),
    "connect": N_("соединяется с программами этого компьютера"),
    "write": N_("пишет в /usr"),
    "kill": N_("видит чужие процессы"),
}


@dataclass(frozen=True)
class Layer:
    """One layer of protection or of knowledge, tried out.

    Attributes:
        name: what it is, in the reader's language.
        works: did the trial succeed?
        detail: what was seen.
        remedy: what to do when it does not work; may be empty.
    """

    name: str
    works: bool
    detail: str = ""
    remedy: str = ""


def examine() -> list[Layer]:
    """Try everything; takes a fraction of a second, never raises for a machine's shortcomings."""
    if sys.platform != "linux":
        missing = Layer("bubblewrap", False, _("есть только в Linux"), _("запускайте проверку в Linux, в WSL 2 или в виртуальной машине"))
        return [missing, _try_tier(FLOOR, _("обычный процесс с ограничениями"), [])]
    layers: list[Layer] = []
    first = _try_tier(f"require:{BUBBLEWRAP}", "bubblewrap", layers)
    floor = _try_tier(FLOOR, _("обычный процесс с ограничениями"), [] if first.works else layers)
    return [first, *layers, floor]


def _try_tier(isolation: str, name: str, more: list[Layer]) -> Layer:
    """Open a sandbox, let the probe try what is forbidden; add to `more` what else this sandbox shows."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        private = isolation != FLOOR
        source = PROBE.format(port=listener.getsockname()[1], secret=str(Path(__file__)), pid=os.getpid(), private=private)
        try:
            with open_sandbox({"server.py": source.encode()}, isolation=isolation) as box:
                begun = time.monotonic()
                process = box.start(["server.py"])
                found = _wait_for_probe(process)
                seconds = time.monotonic() - begun
                if box.proc_fd is not None:
                    more += [_try(*trial, box, process) for trial in TRIALS if private or trial[0] not in PRIVATE_ONLY]
        except (SandboxError, StudentBrokeSandbox, OSError) as error:
            return Layer(name, False, str(error), _remedy() if private else "")
    could = ", ".join(_(FORBIDDEN[word]) for word in found if word in FORBIDDEN)
    if private:
        went = _("пробная программа запущена за {n} мс").format(n=round(seconds * 1000))
        return Layer(name, not could, _("программа студента {could}").format(could=could) if could else went)
    return Layer(name, True, _("не защищает: {what}").format(what=", ".join(map(_, box.not_protected))))


def _wait_for_probe(process: Process) -> list[str]:
    """What the probe could do. Raises StudentBrokeSandbox if it does not get to its end."""
    end = time.monotonic() + SECONDS
    while b"ready\n" not in process.stdout_so_far():
        if process.wait(min(end, time.monotonic() + 0.005)) is not None or time.monotonic() > end:
            raise StudentBrokeSandbox(process.output().decode("utf-8", "backslashreplace"))
    return process.stdout_so_far().decode("utf-8", "backslashreplace").split()


def _try(name: str, trial: Callable[[Sandbox, Process], str], remedy: str, box: Sandbox, process: Process) -> Layer:
    try:
        return Layer(_(name), True, trial(box, process))
    except Exception as error:
        return Layer(_(name), False, f"{type(error).__name__}: {error}", _(remedy))


def _try_network(box: Sandbox, _process: Process) -> str:
    """The probe listens on 192.168.7.7:80, an address and a port this machine may not give it."""
    (guest,) = box.sockets(socket.AF_INET, socket.SOCK_STREAM, 1)
    with guest:
        guest.settimeout(SECONDS)
        guest.connect(("192.168.7.7", 80))
    if box.notes:
        raise SandboxError("; ".join(box.notes))
    return _("любой адрес и любой порт, одинаковые порты не мешают друг другу")


def _try_diag(box: Sandbox, _process: Process) -> str:
    """Ask inet_diag for all listening TCP sockets over IPv4 (SOCK_DIAG_BY_FAMILY, a dump)."""
    if box.diag is None:
        raise SandboxError(_("нет сокета netlink"))
    request = struct.pack("=BBBBI48x", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, 1 << 10)  # state LISTEN is 10
    box.diag.settimeout(SECONDS)
    box.diag.send(struct.pack("=IHHII", 16 + len(request), 20, 0x301, 1, 0) + request)
    answer = box.diag.recv(65536)
    kind = struct.unpack_from("=H", answer, 4)[0]
    while struct.unpack_from("=H", box.diag.recv(65536), 4)[0] == 20:
        continue  # a dump ends with NLMSG_DONE in a message of its own
    if kind != 20:
        raise SandboxError(_("inet_diag отвечает сообщением {n}").format(n=kind))
    return _("видны очереди и счётчики соединений")


def _try_syscall(box: Sandbox, process: Process) -> str:
    if box.proc_fd is None:
        raise SandboxError(_("нет /proc"))
    for name in ("syscall", "schedstat"):
        fd = os.open(f"{process.pid}/task/{process.pid}/{name}", os.O_RDONLY, dir_fd=box.proc_fd)
        try:
            os.read(fd, 200)
        finally:
            os.close(fd)
    return _("видно, в каком вызове ждёт каждый поток")


def _try_tracebacks(_box: Sandbox, process: Process) -> str:
    dumps = process.tracebacks()
    if not dumps:
        raise SandboxError(_("потоки не отвечают"))
    return _("видна строка, на которой стоит каждый поток (здесь {n})").format(n=dumps[0].frames[0][1])


PRIVATE_ONLY = (N_("своя сеть"),)
TRIALS: tuple[tuple[str, Callable[[Sandbox, Process], str], str], ...] = (
    (N_("своя сеть"), _try_network, N_("нужно ядро с CONFIG_NET_NS; в остальном проверка работает и так")),
    ("inet_diag", _try_diag, N_("нужно ядро с CONFIG_INET_DIAG: sudo modprobe tcp_diag udp_diag")),
    ("/proc/PID/syscall", _try_syscall, N_("в контейнере: docker run --cap-add SYS_PTRACE")),
    (N_("строки Python"), _try_tracebacks, ""),
)


def _remedy() -> str:
    """What makes bubblewrap work here, as far as can be told."""
    if shutil.which("bwrap") is None:
        return _("sudo apt install bubblewrap (Debian, Ubuntu) или sudo dnf install bubblewrap (Fedora)")
    if _reads(APPARMOR, "1"):
        return _("sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu 24.04; надолго: файл в /etc/sysctl.d)")
    if _reads(USERNS_SWITCH, "0"):
        return "sudo sysctl kernel.unprivileged_userns_clone=1"
    if any(Path(path).exists() for path in ("/.dockerenv", "/run/.containerenv")):
        return _("контейнер не даёт пространств имён: docker run --security-opt seccomp=unconfined, или проверка вне контейнера")
    return _("проверьте вручную: bwrap --unshare-all --ro-bind / / true")


def _reads(path: Path, text: str) -> bool:
    try:
        return path.read_text().strip() == text
    except OSError:
        return False
