"""A worker process for each submission, its outcome through a pipe.

A worker that crashes or hangs costs its own submission an `infra`, nothing else. (`ProcessPoolExecutor` is not used for that reason:
one dead worker breaks its whole pool.)
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Final, NoReturn

from grading.batch import Grade, Outcome, attempt, broken
from grading.messages import _
from grading.options import Options
from grading.submission.model import Submission

_GRACE: Final = 3.0  # seconds a worker gets to kill its sandbox before it is killed itself


@dataclass
class _Worker:
    """A process at work on one submission; its outcome comes through the pipe, and the pipe's end is the process's."""

    index: int
    process: BaseProcess
    receiver: Connection
    started: float

    def stop(self) -> None:
        """End it, kindly first: on SIGTERM it takes its sandbox down."""
        self.process.terminate()
        self.process.join(_GRACE)
        self.process.kill()
        self.process.join()
        self.receiver.close()


def in_workers(submissions: Sequence[Submission], options: Options, grade: Grade, jobs: int, deadline: float) -> Iterator[Outcome]:
    """Each in a process of its own, so many at once; arguments as of `grading.batch.run`."""
    waiting = deque(range(len(submissions)))
    working: dict[Connection, _Worker] = {}
    done: dict[int, Outcome] = {}
    try:
        for index in range(len(submissions)):
            while index not in done:
                while waiting and len(working) < jobs:
                    worker = _start(waiting.popleft(), submissions, options, grade)
                    working[worker.receiver] = worker
                for worker, why in _finished(working, deadline):
                    del working[worker.receiver]
                    seconds = time.monotonic() - worker.started
                    done[worker.index] = why if not isinstance(why, str) else broken(submissions[worker.index], options, why, seconds)
            yield done.pop(index)
    finally:
        for worker in working.values():
            worker.stop()


def _start(index: int, submissions: Sequence[Submission], options: Options, grade: Grade) -> _Worker:
    # A helper of multiprocessing is a fresh Python started in the current folder: it must not import a lab's own socket.py.
    os.environ["PYTHONSAFEPATH"] = "1"
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = _process(_work, (grade, submissions[index], options, sender))
    process.start()
    sender.close()  # the worker's copy is the only one now: the pipe ends with it
    return _Worker(index, process, receiver, time.monotonic())


def _process(target: Callable[..., None], args: tuple[object, ...]) -> BaseProcess:
    """A process not started yet. On Linux it is forked from a clean, single-threaded helper that has all loaded already: the engine, and
    what is needed wherever something has failed."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn").Process(target=target, args=args)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "grading.engine", "hypothesis"])
    return context.Process(target=target, args=args)


def _finished(working: dict[Connection, _Worker], deadline: float) -> list[tuple[_Worker, Outcome | str]]:
    """Wait until at least one worker is through (or late), and say what came of it: an outcome, or why there is none."""
    first = min(worker.started for worker in working.values()) + deadline
    ready = wait(list(working), max(0.0, first - time.monotonic()))
    through: list[tuple[_Worker, Outcome | str]] = []
    for worker in list(working.values()):
        if worker.receiver in ready:
            through.append((worker, _receive(worker)))
        elif time.monotonic() - worker.started >= deadline:
            worker.stop()
            through.append((worker, _("не уложилась в {seconds} с").format(seconds=round(deadline))))
    return through


def _receive(worker: _Worker) -> Outcome | str:
    try:
        outcome: Outcome = worker.receiver.recv()
    except (EOFError, OSError):
        worker.process.join(_GRACE)
        return _("рабочий процесс упал с кодом {code}").format(code=worker.process.exitcode)
    finally:
        worker.process.join(_GRACE)
        worker.stop()
    return outcome


def _work(grade: Grade, submission: Submission, options: Options, sender: Connection) -> None:
    """The life of a worker. Its main thread grades: a sandbox dies with the thread that started it."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        sender.send(attempt(grade, submission, options))
        sender.close()
    except KeyboardInterrupt:  # Ctrl-C reaches everybody on the terminal; one traceback fewer
        sys.exit(128 + signal.SIGINT)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)  # unlike the default, it runs what stands in `finally`
