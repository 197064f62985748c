"""The student's Python: a tiny virtual environment over the grader's own base interpreter.

It adds two things to a plain interpreter, and hides one. It registers a `faulthandler` signal before the student's first line, by which the
grader asks where a thread stands. It offers the few packages students import besides the standard library. And it leaves out everything
else that is installed beside the grader, above all the kit itself: `from reference.servers.threaded import serve` is not a submission.
"""

from __future__ import annotations

import importlib.util
import marshal
import os
import sys
from functools import cache
from pathlib import Path

OFFERED = ("loguru", "colorama")
DUMP_SIGNAL = 46  # a real-time signal (SIGRTMIN is 34): no student uses it, and each one sent is delivered
FOLDER = Path(__file__).parent

# A .pth line is executed by `site` before the program, and unlike sitecustomize it is no module: sys.modules shows nothing of it. A child
# interpreter of the student's may have another file under the number, or none: only the write end of a pipe is taken.
HOOK = """
try:
    import faulthandler, fcntl, os, stat, sys
    if stat.S_ISFIFO(os.fstat({fd}).st_mode) and fcntl.fcntl({fd}, fcntl.F_GETFL) & os.O_ACCMODE == os.O_WRONLY:
        faulthandler.register({signal}, file={fd}, all_threads=False, chain=False)
except Exception:
    pass
import sys
for name in ("faulthandler", "fcntl"):
    sys.modules.pop(name, None)
"""


def interpreter() -> Path:
    """The real file of the grader's base interpreter (not the one of a virtual environment)."""
    base = getattr(sys, "_base_executable", None) or sys.executable
    return Path(base).resolve()


def hook_line(dump_fd: int) -> str:
    """The text of the .pth file for a process whose pipe for tracebacks is `dump_fd`."""
    return f"import sys; exec({HOOK.format(fd=dump_fd, signal=DUMP_SIGNAL)!r}, {{}})\n"


def config() -> str:
    """The text of pyvenv.cfg."""
    return f"home = {interpreter().parent}\ninclude-system-site-packages = false\nversion = {sys.version.split()[0]}\n"


def library_folder() -> str:
    """Where site-packages lies below a prefix."""
    if sys.platform == "win32":
        return "Lib/site-packages"
    return f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


@cache
def offered_packages() -> dict[str, Path]:
    """Name -> folder of each offered package the grader's own environment has. Nothing is imported for it."""
    found = {}
    for name in OFFERED:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None and spec.submodule_search_locations:
            found[name] = Path(spec.origin).parent
    return found


@cache
def roots() -> tuple[Path, ...]:
    """The folders a sandbox must show for the interpreter to run: /usr, and its own prefix where that lies elsewhere."""
    wanted = [Path("/usr"), Path(sys.base_prefix), Path(sys.base_prefix).resolve(), interpreter().parent.parent]
    kept: list[Path] = []
    for path in wanted:
        if not any(path.is_relative_to(root) for root in kept) and path != Path("/"):
            kept.append(path)
    return tuple(kept)


@cache
def hidden_folders() -> tuple[Path, ...]:
    """What of `roots` must not be seen: installed packages, and the kit itself wherever it lies."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    wanted = {Path("/usr/lib/python3/dist-packages"), FOLDER.parent, FOLDER.parent.parent / "reference"}
    for root in (Path(sys.base_prefix), Path("/usr"), Path("/usr/local")):
        wanted |= {root / "lib" / version / kind for kind in ("site-packages", "dist-packages")}
    wanted |= {Path(entry) for entry in sys.path if entry.rstrip("/").endswith(("site-packages", "dist-packages"))}
    folders = {folder for path in wanted for folder in (path, path.resolve()) if folder.is_dir()}
    visible = [folder for folder in folders if any(folder.is_relative_to(root) for root in roots())]
    return tuple(sorted(folder for folder in visible if not any(folder != other and folder.is_relative_to(other) for other in visible)))


@cache
def starter_files() -> dict[str, bytes]:
    """The package `inside`, file name -> bytes of a .pyc: compiling it at every start would cost more than all it does."""
    files = {}
    for path in sorted((FOLDER / "inside").glob("*.py")):
        code = compile(path.read_bytes(), f"inside/{path.name}", "exec", dont_inherit=True)
        files[f"inside/{path.stem}.pyc"] = importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)
    return files


def starter_command(folder: str) -> list[str]:
    """How to run the starter in `folder`: isolated and without `site`, so that nothing of the lab's or the user's is picked up."""
    return [str(interpreter()), "-I", "-S", "-c", f"import sys; sys.path.insert(0, {folder!r}); from inside.starter import main; main()"]


def environment(bin_folder: str, home: str) -> dict[str, str]:
    """The student's environment, from nothing. The hash seed is fixed: sets of names shall have the same order every time."""
    path = os.pathsep.join([bin_folder, *(os.defpath.split(os.pathsep) if sys.platform == "win32" else ("/usr/bin", "/bin"))])
    names = {"PATH": path, "HOME": home, "LANG": "C.UTF-8", "TERM": "dumb", "PYTHONHASHSEED": "0"}
    if sys.platform == "win32":  # sockets and the loader need these
        names |= {name: os.environ[name] for name in ("SYSTEMROOT", "SYSTEMDRIVE", "TEMP", "TMP") if name in os.environ}
    return names
