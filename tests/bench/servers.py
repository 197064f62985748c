"""The servers the reference is compared with, as contestants of `chat bench`: two in C of our own, and ngircd."""

from __future__ import annotations

import shutil
import socket
import subprocess
from functools import partial
from pathlib import Path

from reference.bench.contest import Contestant
from reference.bench.crowd import LoadError
from reference.bench.speech import Speech, of_dialect, of_irc
from reference.bench.target import Target, reference_server, start
from reference.dialect import KNOWN

HERE = Path(__file__).resolve().parent
LINES = of_dialect(KNOWN["lines"], "lines")

# Every limit lifted that a load of many guests from one address would run into: connections, penalties for talking fast, pings.
NGIRCD = """
[Global]
Name = bench.chat.test
Info = bench
Listen = 127.0.0.1
Ports = {port}
MotdPhrase = -
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 20
MaxPenaltyTime = 0
PingTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
"""


class MissingError(Exception):
    """A compiler or a server is not installed; the text says which and how to get it."""


def compiled(folder: Path) -> tuple[Path, Path]:
    """The broadcaster and the shared object that forces TCP_NODELAY, built into a folder. Raises MissingError."""
    broadcaster, nodelay = folder / "broadcaster", folder / "nodelay.so"
    compiler = shutil.which("cc")
    if compiler is None:
        raise MissingError("no C compiler: apt-get install gcc libc6-dev")
    for arguments in (
        ["-O2", "-o", broadcaster, HERE / "broadcaster.c"],
        ["-O2", "-shared", "-fPIC", "-o", nodelay, HERE / "nodelay.c", "-ldl"],
    ):
        subprocess.run([compiler, *map(str, arguments)], check=True)
    return broadcaster, nodelay


def in_c(program: Path, mode: str) -> Contestant:
    """The broadcaster in the mode "coalesce" or "each"."""
    label = f"C-{mode}"
    return Contestant(label, LINES, partial(start, label, [str(program), mode], LINES))


def of_ours(style: str) -> Contestant:
    """A reference server."""
    return Contestant(style, LINES, partial(reference_server, style, "lines", LINES))


def ngircd(folder: Path, nodelay: Path) -> Contestant:
    """ngircd with its limits lifted and TCP_NODELAY forced on. Raises MissingError."""
    program = shutil.which("ngircd") or shutil.which("ngircd", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise MissingError("no ngircd: apt-get install ngircd")
    speech = of_irc()
    return Contestant("ngircd", speech, partial(_start_ngircd, program, folder, nodelay, speech))


def _start_ngircd(program: str, folder: Path, nodelay: Path, speech: Speech) -> Target:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = folder / "ngircd.conf"
    settings.write_text(NGIRCD.format(port=port), encoding="ascii")
    folder.chmod(0o755)  # started by root, it reads its settings again as somebody else
    env = shutil.which("env")
    if env is None:
        raise LoadError("ngircd: нет программы env")
    return start("ngircd", [env, f"LD_PRELOAD={nodelay}", program, "--nodaemon", "--config", str(settings)], speech, port)
