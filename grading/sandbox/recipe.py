"""The command line of bubblewrap: what of the host a submission sees, and what stands in for the rest."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from grading.sandbox import prefix, seccomp
from grading.sandbox.model import Limits

PREFIX = "/opt/python"
STARTER = "/run"
LAB = "/lab"
HOST_NAME = "lab"
DEVICES = ("null", "zero", "full", "random", "urandom")
DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"}

# 146 of 350 real servers bind to `localhost`, many to gethostname(): both must resolve without a network.
ETC = {
    "hosts": f"127.0.0.1 localhost {HOST_NAME}\n::1 ip6-localhost ip6-loopback\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n",
    "passwd": "root:x:0:0::/:/bin/false\nstudent:x:{uid}:{uid}::/tmp:/bin/sh\n",
    "group": "root:x:0:\nstudent:x:{uid}:\n",
}

FileMaker = Callable[[bytes], int]  # content -> a descriptor bubblewrap can read it from


def privileges(root: bool) -> list[str]:
    """Namespaces and the capabilities the starter needs before it drops them all.

    As root there is no user namespace: the starter changes to a uid of its own instead, because RLIMIT_NPROC does not bind root, and
    because nothing of root's files shall be readable. As a user, bubblewrap maps that user to itself.
    """
    wanted = ["NET_ADMIN", "SETPCAP", *(["SETUID", "SETGID"] if root else ["SYS_RESOURCE"])]
    options = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    options += [] if root else ["--unshare-user"]
    options += ["--hostname", HOST_NAME, "--as-pid-1", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    return options + [word for name in wanted for word in ("--cap-add", f"CAP_{name}")]


def system() -> list[str]:
    """The host's programs and libraries, and the interpreter, all read-only; installed packages masked."""
    options = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        path = Path("/", name)
        if path.is_symlink():
            options += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    options += ["--ro-bind-try", "/nix/store", "/nix/store"]
    for root in prefix.roots():
        if root != Path("/usr"):
            options += [*folders(root.parent), "--ro-bind", str(root), str(root)]
    for folder in prefix.hidden_folders():
        options += ["--perms", "0755", "--size", "4096", "--tmpfs", str(folder), "--remount-ro", str(folder)]
    return options


def folders(path: Path) -> list[str]:
    """Make `path` and its parents. bubblewrap would make them 0700, and the starter's uid could not pass through."""
    return [word for folder in [*reversed(path.parents), path][1:] for word in ("--perms", "0755", "--dir", str(folder))]


def python(limits: Limits, make: FileMaker) -> list[str]:
    """The student's Python, and the starter."""
    library = Path(PREFIX, prefix.library_folder())
    options = [*folders(Path(PREFIX, "bin")), *folders(library), *folders(Path(STARTER, "inside"))]
    for name in ("python", "python3"):
        options += ["--symlink", str(prefix.interpreter()), f"{PREFIX}/bin/{name}"]
    options += file(f"{PREFIX}/pyvenv.cfg", prefix.config().encode(), make)
    options += file(f"{library}/hook.pth", prefix.hook_line(limits.open_files - 1).encode(), make)
    for name, folder in prefix.offered_packages().items():
        options += ["--ro-bind", str(folder), f"{library}/{name}"]
    for name, content in prefix.starter_files().items():
        options += file(f"{STARTER}/{name}", content, make)
    return options


def etc(uid: int, make: FileMaker) -> list[str]:
    """A small /etc: names of the host and of the user, and nothing of the machine's own."""
    options = folders(Path("/etc"))
    for name, text in ETC.items():
        options += file(f"/etc/{name}", text.format(uid=uid).encode(), make)
    return [*options, "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]


def file(path: str, content: bytes, make: FileMaker) -> list[str]:
    """One file on the read-only root."""
    return ["--perms", "0644", "--file", str(make(content)), path]


def disks(limits: Limits) -> list[str]:
    """/proc, /dev and the RAM disks, each with a size. --dev is not used: for its /dev/pts it would nest a second user namespace."""
    options = ["--proc", "/proc", "--perms", "0755", "--size", "65536", "--tmpfs", "/dev"]
    for name in DEVICES:
        options += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    for name, target in DEVICE_LINKS.items():
        options += ["--symlink", target, f"/dev/{name}"]
    for path, mode, size in (("/dev/shm", "1777", limits.shm), ("/tmp", "1777", limits.tmp), (LAB, "0777", limits.lab_disk)):
        options += ["--perms", mode, "--size", str(size), "--tmpfs", path]
    return [*options, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]


def command(limits: Limits, uid: int, root: bool, make: FileMaker) -> list[str]:
    """All options of bubblewrap for one sandbox; `--` and the starter's command line follow."""
    options = [*privileges(root), *system(), *python(limits, make), *etc(uid, make), *disks(limits)]
    calls = seccomp.program()
    return [*options, "--seccomp", str(make(calls))] if calls else options


def starter_command(control: int, files: int, uid: int, root: bool) -> list[str]:
    """The command line of the starter; see `inside.starter.main` for its arguments."""
    arguments = [control, files, LAB, uid if root else 0, "private", f"{PREFIX}/bin/python"]
    return [*prefix.starter_command(STARTER), *map(str, arguments)]
