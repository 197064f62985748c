"""The `chat` command: `chat serve STYLE` runs a server, `chat join` talks to one."""

from __future__ import annotations

import argparse
import difflib
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final, NoReturn

from reference import serving
from reference.clients import blocking as blocking_client
from reference.clients import selecting as selecting_client
from reference.clients import threaded as threaded_client
from reference.clients.talk import Talk
from reference.clients.terminal import home
from reference.dialect import KNOWN, Dialect
from reference.dialects_toml import DialectError, load
from reference.reasons import CommandError, reason
from reference.serving import INTERRUPTED, SERVERS

CLIENTS: Final[dict[str, Callable[[socket.socket, Talk, int, Callable[[str], None]], None]]] = {
    "blocking": blocking_client.run,
    "threaded": threaded_client.run,
    "selecting": selecting_client.run,
}
TERMINAL: Final = "terminal"  # the comfortable client; imported only when it is used, for it takes prompt_toolkit
TO_CONNECT: Final = 10.0  # seconds; the system alone would try for two minutes


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message} (chat --help покажет, как надо)")


def entry() -> None:
    """The console script."""
    sys.exit(main())


def main(argv: list[str] | None = None) -> int:
    """Run the command. Returns the exit code: 0, 1 if a server was lost, 2 for a command that cannot be carried out, 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")  # a terminal without Cyrillic shows "?", and the chat goes on
    try:
        words = sys.argv[1:] if argv is None else argv
        options = _parser(words).parse_args(words)
        return int(options.run(options))
    except CommandError as error:
        print(f"chat: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser(words: list[str]) -> argparse.ArgumentParser:
    parser = _Parser(prog="chat", description="Учебный чат на сокетах: сервер и клиент в трёх стилях ввода-вывода.")
    commands = parser.add_subparsers(metavar="КОМАНДА", required=True)
    serve = commands.add_parser("serve", help="запустить сервер")
    serve.add_argument("style", type=_one_of(SERVERS, "такого сервера"), metavar="СТИЛЬ", help=", ".join(SERVERS))
    serving.options(serve)
    serve.set_defaults(run=serving.main)
    codes = "Код возврата: 0, если вышли вы; 1, если сервер пропал; 2, если команду нельзя выполнить; 130 после Ctrl-C."
    join = commands.add_parser("join", help="войти в чат", epilog=codes)
    styles = [TERMINAL, *CLIENTS]
    style_help = f"{', '.join(styles)}; без этого ключа {TERMINAL}, а где терминал его не потянет, threaded"
    join.add_argument("--style", type=_one_of(styles, "такого клиента"), metavar="СТИЛЬ", help=style_help)
    join.add_argument("--name", default="", metavar="ИМЯ", help="ваше имя; иначе программа спросит")
    join.set_defaults(run=_join)
    bench = commands.add_parser("bench", help="измерить сервер под нагрузкой")
    if words[:1] == ["bench"]:
        from reference.bench import command as bench_command  # noqa: PLC0415 - a server needs none of what the bench takes

        bench_command.options(bench, bench_command.Styles(SERVERS, _one_of(SERVERS, "такого сервера"), _dialect))
    bench.set_defaults(run=_bench)
    for command in (serve, join):
        command.add_argument("--dialect", type=_dialect, default="lines", metavar="ДИАЛЕКТ", help=f"{', '.join(KNOWN)} или файл .toml")
        command.add_argument("--host", default="127.0.0.1", metavar="АДРЕС", help="по умолчанию 127.0.0.1: только этот компьютер")
        command.add_argument("--port", type=_port, default=9090, metavar="ПОРТ", help="по умолчанию 9090; 0: любой свободный")
    return parser


def _one_of(choices: Iterable[str], what: str) -> Callable[[str], str]:
    known = list(choices)

    def choose(word: str) -> str:
        if word in known:
            return word
        near = difflib.get_close_matches(word, known, n=1)
        hint = f"может быть, {near[0]}?" if near else f"есть {', '.join(known)}"
        raise CommandError(f"{what} нет: {word}; {hint}")

    return choose


def _dialect(word: str) -> Dialect:
    try:
        return load(word)
    except DialectError as error:
        raise CommandError(str(error)) from error


def _port(word: str) -> int:
    if not (word.isascii() and word.isdigit() and int(word) <= 65_535):
        raise CommandError(f"порт - это число от 0 до 65535, а не {word}")
    return int(word)


def _join(options: argparse.Namespace) -> int:
    dialect: Dialect = options.dialect
    style = _client_style(options.style)
    needs_name = dialect.named_by == "first-message" or (dialect.named_by, dialect.author) == ("nobody", "client")
    if needs_name and not options.name and style != TERMINAL:
        raise CommandError("в этом диалекте сервер имени не спросит: назовитесь сразу, --name ИМЯ")
    try:
        talk = Talk(dialect, options.name, sys.stdin.encoding)
    except ValueError as error:
        raise CommandError(str(error)) from error
    try:
        server = socket.create_connection((options.host, options.port), TO_CONNECT)
    except (OSError, UnicodeError) as error:
        raise CommandError(f"не могу соединиться с {options.host}:{options.port}: {reason(error)}") from error
    with server:
        server.settimeout(None)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = 0
        if style == TERMINAL:
            from reference.clients.terminal import screen  # noqa: PLC0415

            code = screen.run(server, (options.host, options.port), dialect, options.name)
        else:
            with suppress(OSError):  # the server broke off while we were speaking: an end like any other
                CLIENTS[style](server, talk, sys.stdin.fileno(), _show)
    _show("(чат закончен)")
    return code


def _client_style(wish: str | None) -> str:
    """The client to use: what was asked for, else the comfortable one where it can be at home."""
    obstacle = home.obstacle() if wish in (None, TERMINAL) else ""
    if obstacle and wish:
        raise CommandError(f"клиент {TERMINAL} здесь не работает: {obstacle}")
    if obstacle == home.MISSING:  # a pipe or a dumb terminal is somebody's choice, this is not
        print(f"chat: будет простой клиент: {obstacle}", file=sys.stderr)
    return wish or ("threaded" if obstacle else TERMINAL)


def _bench(options: argparse.Namespace) -> int:
    from reference.bench import command as bench_command  # noqa: PLC0415

    try:
        return bench_command.main(options)
    except bench_command.ERRORS as error:
        raise CommandError(str(error)) from error


def _show(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    entry()
