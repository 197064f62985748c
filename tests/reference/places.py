"""A `chat serve` process, its guests, and the place they make up: for the tests of servers. Every wait has a deadline."""

from __future__ import annotations

import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

from reference.dialect import KNOWN

ROOT = Path(__file__).resolve().parents[2]
CROWDS = ["threaded", "selecting", "polling", "coroutines"]
STYLES = ["blocking", *CROWDS]
DEADLINE = 10.0  # seconds for anything to happen; it takes milliseconds, unless it is wrong
LINES = KNOWN["lines"]

# A process started in the background of a shell inherits an ignored Ctrl-C. `waste` opens descriptors, to make the next numbers high;
# `send_buffer` makes the kernel keep little for a guest, so that the server has to.
LAUNCH = """
import os, signal, socket
import reference.__main__ as chat, reference.serving as serving
signal.signal(signal.SIGINT, signal.default_int_handler)
wasted = [os.dup(2) for _ in range({waste})]
listen = serving.listen
def listen_with_small_buffers(host, port):
    listener = listen(host, port)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, {send_buffer})
    return listener
if {send_buffer}:
    serving.listen = listen_with_small_buffers
chat.entry()
"""


class Server:
    """A `chat serve` process on a free port."""

    def __init__(self, *arguments: str, host: str = "127.0.0.1", port: int = 0, waste: int = 0, send_buffer: int = 0) -> None:
        program = LAUNCH.format(waste=waste, send_buffer=send_buffer)
        command = [sys.executable, "-c", program, "serve", *arguments, "--host", host, "--port", str(port)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8")
        assert self.process.stdout
        greeting = self.process.stdout.readline()  # nothing is listening before, and the port is in it
        where, _, number = greeting.rpartition(":")
        assert where == f"слушаю {f'[{host}]' if ':' in host else host}", greeting
        self.host, self.port = host, int(number)

    def interrupt(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Ctrl-C. Returns the exit code and the journal."""
        self.process.send_signal(number)
        _, complaints = self.process.communicate(timeout=DEADLINE)
        return self.process.returncode, complaints

    def close(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=DEADLINE)


class Guest:
    """One user of a server which speaks `lines`."""

    def __init__(self, server: Server, name: str = "", receive_buffer: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET6 if ":" in server.host else socket.AF_INET)
        self.socket.settimeout(DEADLINE)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect((server.host, server.port))
        self.name = name
        self.rest = b""
        if name:
            self.come_in()

    def come_in(self) -> None:
        assert self.hear() == LINES.prompt
        self.say(self.name)
        assert self.hear() == LINES.welcome.replace("{name}", self.name)

    def say(self, text: str, size: int = 1_000_000) -> None:
        data = f"{text}\n".encode()
        for start in range(0, len(data), size):
            self.socket.sendall(data[start : start + size])

    def hear(self) -> str | None:
        """The next line; None at the end of the stream."""
        while b"\n" not in self.rest:
            try:
                chunk = self.socket.recv(65536)
            except ConnectionResetError:
                chunk = b""
            if not chunk:
                return None
            self.rest += chunk
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode()

    def hear_just(self, text: str) -> bool:
        """Whether these bytes come next, whatever follows; for servers that put no newline after them."""
        data = text.encode()
        while len(self.rest) < len(data) and (chunk := self.socket.recv(65536)):
            self.rest += chunk
        begins, self.rest = self.rest.startswith(data), self.rest[len(data) :]
        return begins

    def rest_of_it(self) -> bytes:
        """All that still comes, to the end of the stream."""
        while chunk := self.socket.recv(65536):
            self.rest += chunk
        return self.rest

    def vanish(self) -> None:
        """Break the connection off with a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self) -> None:
        self.socket.close()


class Place:
    """A server and its guests; all end with the test."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.guests: list[Guest] = []

    def guest(self, name: str = "", receive_buffer: int = 0) -> Guest:
        """Another guest, whose coming in all named ones before him have heard of."""
        guest = Guest(self.server, name, receive_buffer)
        for other in self.guests if name else ():
            if other.name and other.socket.fileno() >= 0:
                assert other.hear() == LINES.joined.replace("{name}", name)
        self.guests.append(guest)
        return guest

    def pair(self) -> tuple[Guest, Guest]:
        """Two guests inside. A blocking server asks the second when he has come, but waits for the name of the first."""
        anna, boris = Guest(self.server), Guest(self.server)
        anna.name, boris.name = "Анна", "Борис"
        self.guests += [anna, boris]
        anna.come_in()
        boris.come_in()
        heard = anna.hear()
        if heard == LINES.left.replace("{name}", "Борис"):  # the Boris of the pair before, of whose going the server heard late
            heard = anna.hear()
        assert heard == LINES.joined.replace("{name}", "Борис")
        return anna, boris

    def close(self) -> None:
        for guest in self.guests:
            guest.close()
        self.server.close()
