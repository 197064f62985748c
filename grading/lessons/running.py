"""Runs a notebook in a fresh kernel: this very interpreter, in a folder of its own that is gone afterwards."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from grading.lessons.normal import normal
from grading.lessons.shown import LessonError
from grading.messages import _, ngettext
from grading.reports.text import safe

CELL_LIMIT: Final = 60
"""Seconds one cell may take: far beyond any; a kernel that hangs must not hang whoever waits for it."""
_WANTED: Final = ("nbformat", "nbclient", "ipykernel")


def executed(notebook: Mapping[str, Any], limit: int = CELL_LIMIT, *, whatever_happens: bool = False) -> dict[str, Any]:
    """The notebook, in normal form, with the outputs of a fresh run.

    A cell tagged `raises-exception` may raise; with `whatever_happens` any may. Raises LessonError where another does, where a cell takes
    longer than `limit` seconds, and where the extra `notebooks` is not installed.
    """
    must_have(_WANTED)
    # Only whoever runs notebooks needs these.
    import nbformat  # noqa: PLC0415
    from jupyter_client.manager import AsyncKernelManager  # noqa: PLC0415
    from nbclient import NotebookClient  # noqa: PLC0415
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError  # noqa: PLC0415

    book = nbformat.from_dict(normal(notebook, outputs=False))  # type: ignore[no-untyped-call]
    with tempfile.TemporaryDirectory(prefix="lessons-") as folder:
        manager = AsyncKernelManager(kernel_name="python3", **_wire(folder))  # with the other one, no time limit would hold
        manager._kernel_spec = _this_interpreter()
        client = NotebookClient(book, km=manager, timeout=limit, allow_errors=whatever_happens, record_timing=False)
        client.resources, client.shutdown_kernel = {"metadata": {"path": folder}}, "immediate"
        try:
            client.execute(env=_environment(folder), cleanup_kc=True)  # or a kernel with a manager of ours would go on
        except CellExecutionError as error:
            text = _("Ячейка {cell} остановилась с ошибкой: {what}")
            raise LessonError(text.format(cell=_running(book), what=safe(f"{error.ename}: {error.evalue}"))) from error
        except CellTimeoutError as error:
            late = ngettext(
                "Ячейка {cell} не выполнилась за {n} секунду.", "Ячейка {cell} не выполнилась за {n} секунды.", limit, cell=_running(book)
            )
            raise LessonError(late) from error
        except DeadKernelError as error:
            raise LessonError(_("Ядро Jupyter завершилось во время работы.")) from error
    return normal(book)


def _running(book: Any) -> int:
    """The number of the cell that was run last, counted from 1."""
    return max((number for number, cell in enumerate(book.cells, 1) if cell.get("execution_count")), default=0)


def must_have(modules: tuple[str, ...]) -> None:
    """Raises LessonError, with what to do, if one of these is not installed."""
    absent = [name for name in modules if find_spec(name) is None]
    if absent:
        text = _("Для блокнотов не хватает: {names}. Установите их: pip install '.[notebooks]'")
        raise LessonError(text.format(names=", ".join(absent)))


def _this_interpreter() -> Any:
    """Not whatever `python3` is on this machine: a notebook is to be run by what has the kit."""
    from jupyter_client.kernelspec import KernelSpec  # noqa: PLC0415

    command = [sys.executable, "-m", "ipykernel_launcher", "--log-level=ERROR", "-f", "{connection_file}"]
    return KernelSpec(argv=command, display_name="Python 3 (ipykernel)", language="python")


def _wire(folder: str) -> dict[str, str]:
    """How the kernel is talked to: where there is such a thing, by files in its folder, which nobody else has; ports may be taken."""
    return {} if sys.platform == "win32" else {"transport": "ipc", "ip": os.path.join(folder, ".ipc")}


def _environment(folder: str) -> dict[str, str]:
    """The kernel finds the kit where this process has it, also in a checkout; settings of the user's IPython stay out."""
    house = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (house, os.environ.get("PYTHONPATH", ""))))
    return {**os.environ, "PYTHONPATH": path, "IPYTHONDIR": os.path.join(folder, ".ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
