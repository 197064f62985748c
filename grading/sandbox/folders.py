"""The floor's stand-in for a namespace: a temporary folder with a copy of the lab and the student's Python."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from grading.messages import N_, _
from grading.sandbox import prefix
from grading.sandbox.model import Limits, SandboxError

NOT_PROTECTED = (
    N_("файлы на этом компьютере"),
    N_("сеть"),
    N_("другие программы этого пользователя"),
    N_("место на диске"),
    N_("общий объём памяти"),
)


class Folders:
    """`base` with `lab`, `home` and `python` below it.

    Raises: SandboxError when they cannot be made.
    """

    def __init__(self, files: Mapping[str, bytes], limits: Limits) -> None:
        try:
            self.base = Path(tempfile.mkdtemp(prefix="chat-lab-")).resolve()
        except OSError as error:
            raise SandboxError(_("временную папку не создать: {why}").format(why=error)) from error
        try:
            self.lab, self.home = self.base / "lab", self.base / "home"
            self.lab.mkdir()
            self.home.mkdir()
            self._write(files)
            self.python = self._make_python(limits)
        except OSError as error:
            self.remove()
            raise SandboxError(_("копию работы в {folder} не записать: {why}").format(folder=self.base, why=error)) from error

    @property
    def bin_folder(self) -> str:
        return str(self.python.parent)

    def remove(self) -> None:
        """Remove everything, also what a student made unreadable. Symbolic links are removed, never followed."""

        def unlock(_function: Callable[..., object], path: str, _error: object) -> None:
            try:
                os.chmod(os.path.dirname(path), stat.S_IRWXU)
                if not os.path.islink(path):
                    os.chmod(path, stat.S_IRWXU)
                    if os.path.isdir(path):
                        shutil.rmtree(path, ignore_errors=True)
                        return
                os.unlink(path)
            except OSError:
                pass  # left to the system's own cleaning of temporary folders

        shutil.rmtree(self.base, onerror=unlock)

    def _write(self, files: Mapping[str, bytes]) -> None:
        for path, content in files.items():
            target = self.lab / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

    def _make_python(self, limits: Limits) -> Path:
        """Make the virtual environment; gives its interpreter. On Windows that is the base interpreter: links need rights there."""
        if sys.platform == "win32":
            return prefix.interpreter()
        root = self.base / "python"
        library = root / prefix.library_folder()
        library.mkdir(parents=True)
        (root / "bin").mkdir()
        for name in ("python", "python3"):
            (root / "bin" / name).symlink_to(prefix.interpreter())
        (root / "pyvenv.cfg").write_text(prefix.config(), encoding="utf-8")
        (library / "hook.pth").write_text(prefix.hook_line(limits.open_files - 1), encoding="utf-8")
        for name, folder in prefix.offered_packages().items():
            (library / name).symlink_to(folder, target_is_directory=True)
        return root / "bin" / "python"
