"""Judges live conversations whose outcome is known, and counts the judgements that came too early.

    python -m tests.proof --judgements 50000 --hogs 4 --isolation auto

A judgement is wrong if a guest lacks anything the server still had to send when stillness said that nothing more would come.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from grading.datagrams import DatagramCount, Mailbox, guest_over_udp
from grading.kernel import Diag, PacketCount, Peer, diag_request
from grading.links import AnyLink, Link
from grading.sandbox import Limits, Sandbox, open_sandbox
from grading.stillness import Rest, Stillness
from grading.threads import Threads
from tests.proof.servers import SERVERS, over_udp, script

HOST = "127.0.0.1"
CROWD = 20
"""How many come at once now and then, to leave at once."""


class Guest:
    """A guest and what he must have received by the next stillness."""

    def __init__(self, link: AnyLink) -> None:
        self.link = link
        self.due = bytearray()

    def wrong(self) -> bool:
        """Whether what came is not what was due (order between several authors is free)."""
        return len(self.link.inbox) != len(self.due) or sorted(self.link.inbox) != sorted(self.due)


class Conversation:
    """Guests talking at random to one server, and the model of what each must hear."""

    def __init__(self, sandbox: Sandbox, clock: Stillness, port: int, dice: random.Random) -> None:
        self.sandbox, self.clock, self.port, self.dice = sandbox, clock, port, dice
        self.guests: list[Guest] = []
        self.count = 0

    def tell(self, data: bytes, author: Guest | None = None) -> None:
        for guest in self.guests:
            if guest is not author:
                guest.due += data

    def join(self) -> None:
        (sock,) = self.sandbox.sockets(socket.AF_INET, socket.SOCK_STREAM, 1)
        sock.connect((HOST, self.port))
        self.tell(b"+")
        self.guests.append(Guest(Link(sock)))
        self.clock.links.append(self.guests[-1].link)

    def talk(self) -> None:
        for guest in self.dice.sample(self.guests, self.dice.randint(1, min(3, len(self.guests)))):
            self.count += 1
            text = b"%07d;" % self.count * self.dice.choice((1, 1, 1, 40))
            guest.link.send(text)
            self.tell(text, guest)

    def go(self) -> None:
        guest = self.guests.pop(self.dice.randrange(len(self.guests)))
        self.tell(b"-")
        guest.link.close(reset=self.dice.random() < 0.5)

    def be_hung_up_on(self) -> None:
        guest = self.guests.pop(self.dice.randrange(len(self.guests)))
        self.tell(b"-")
        guest.link.send(self.dice.choice((b"bye.....", b"reset...")))
        self.clock.settle(time.monotonic() + 30)
        if not guest.link.ended:
            raise AssertionError("judged still before the server hung up")
        self.clock.before_acting()
        guest.link.close()

    def step(self) -> None:
        """Something happens at random."""
        self.clock.before_acting()
        if len(self.guests) >= CROWD:
            for _ in range(len(self.guests) - 2):
                self.go()
        elif self.dice.random() < 0.02:
            for _ in range(CROWD):
                self.join()
        elif len(self.guests) < 2 or (len(self.guests) < 4 and self.dice.random() < 0.1):
            self.join()
        elif len(self.guests) > 2 and self.dice.random() < 0.15:
            self.dice.choice((self.go, self.be_hung_up_on))()
        else:
            self.talk()

    def judge(self) -> tuple[bool, float]:
        """(whether the judgement was right, seconds it took)."""
        begun = time.perf_counter()
        rest = self.clock.settle(begun_deadline(), patient=False)
        seconds = time.perf_counter() - begun
        right = rest is Rest.STILL and not any(guest.wrong() for guest in self.guests)
        for guest in self.guests:
            guest.due.clear()
            guest.link.inbox.clear()
        return right, seconds


class ByDatagrams(Conversation):
    """The same over UDP, where one comes by his first datagram and goes by a word."""

    def __init__(self, sandbox: Sandbox, clock: Stillness, port: int, dice: random.Random) -> None:
        super().__init__(sandbox, clock, port, dice)
        self.mailbox, self.ports = Mailbox(), iter(range(50001, 65000))

    def join(self) -> None:
        link = guest_over_udp(self.sandbox, socket.AF_INET, (HOST, self.port), next(self.ports), self.mailbox)
        self.tell(b"+")
        self.guests.append(Guest(link))
        self.clock.links.append(link)
        link.send(b"hello...")

    def go(self) -> None:
        guest = self.guests.pop(self.dice.randrange(len(self.guests)))
        self.tell(b"-")
        guest.link.send(b"bye.....")
        guest.link.close()

    be_hung_up_on = go


def begun_deadline() -> float:
    """Far enough away that no load reaches it."""
    return time.monotonic() + 60


@contextlib.contextmanager
def served(name: str, isolation: str) -> Iterator[tuple[Sandbox, Stillness, int]]:
    """A running server and its clock."""
    with open_sandbox({"server.py": script(name, HOST).encode()}, isolation=isolation, limits=Limits(cpu_seconds=3600)) as sandbox:
        assert sandbox.proc_fd is not None
        assert sandbox.diag is not None
        process = sandbox.start(["server.py"])
        diag = Diag(sandbox.diag)
        threads = Threads(sandbox.proc_fd, sandbox.pids, lambda: sandbox.started)
        port = 0
        while not port:
            there: list[Peer] = diag.bound() if over_udp(name) else diag.listening()
            mine = [peer for peer in there if sandbox.network == "private" or peer.inode in _inodes(sandbox, process.pid)]
            port = mine[0].local[1] if mine else 0
            if process.poll() is not None:
                raise RuntimeError(process.output().decode(errors="replace"))
        listeners = [] if over_udp(name) else [diag_request(socket.AF_INET, (HOST, port), ("0.0.0.0", 0))]
        packets = (DatagramCount if over_udp(name) else PacketCount)(sandbox.snmp_fds)
        clock = Stillness(threads, diag, packets, lambda: listeners)
        try:
            clock.settle(begun_deadline())
            yield sandbox, clock, port
        finally:
            for link in clock.links:
                link.close(reset=True)
            threads.close()


def _inodes(sandbox: Sandbox, pid: int) -> set[int]:
    from grading.eyes import socket_inodes  # noqa: PLC0415

    assert sandbox.proc_fd is not None
    return socket_inodes(sandbox.proc_fd, pid)


def prove(name: str, judgements: int, isolation: str, seed: int) -> tuple[int, list[float]]:
    """Wrong judgements, and what each judgement cost."""
    dice = random.Random(f"{seed} {name}")
    wrong, costs = 0, []
    with served(name, isolation) as (sandbox, clock, port):
        talk = (ByDatagrams if over_udp(name) else Conversation)(sandbox, clock, port, dice)
        # What an interview does first: two guests, one says something, and if it does not come, timers are waited for.
        clock.timers_matter = SERVERS[name][1] < 0.1
        for _ in range(judgements):
            talk.step()
            right, seconds = talk.judge()
            wrong += not right
            costs.append(seconds)
    return wrong, costs


def full_windows(isolation: str) -> bool:
    """A reader who does not read: still although bytes wait on both sides; all arrives once he reads."""
    with served("threaded", isolation) as (sandbox, clock, port):
        talk = Conversation(sandbox, clock, port, random.Random(1))
        for _ in range(3):
            talk.join()
            clock.settle(begun_deadline())
        author, lazy, keen = talk.guests
        lazy.link.reading = False
        keen.link.reading = False
        sent = 0
        for _ in range(400):  # until the server is stuck in its send and our own send buffer is full too
            sent += (step := author.link.send(bytes(262_144)))
            if clock.settle(begun_deadline()) is not Rest.STILL:
                return False
            if not step:
                break
        lazy.link.reading = keen.link.reading = True
        for guest in (lazy, keen):
            guest.link.inbox.clear()
        got = {id(lazy): 0, id(keen): 0}
        deadline = begun_deadline()
        while min(got.values()) < sent and time.monotonic() < deadline:
            if clock.settle(deadline) is not Rest.STILL:
                return False
            for guest in (lazy, keen):
                got[id(guest)] += len(guest.link.inbox.replace(b"+", b""))
                guest.link.inbox.clear()
        return min(got.values()) == sent == max(got.values())


def main() -> int:
    """Runs the proof; exit code 1 if any judgement was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("--judgements", type=int, default=5000, help="in all, over all servers")
    parser.add_argument("--hogs", type=int, default=0, help="processes that burn CPU beside it")
    parser.add_argument("--isolation", default="auto")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="one server by name")
    options = parser.parse_args()
    hogs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(options.hogs)]
    shares = {name: share for name, (_, share) in SERVERS.items() if options.only in (None, name)}
    total_wrong = total = 0
    everything: list[float] = []
    try:
        for name, share in shares.items():
            count = max(20, round(options.judgements * share / sum(shares.values())))
            wrong, costs = prove(name, count, options.isolation, options.seed)
            total_wrong, total = total_wrong + wrong, total + count
            everything += costs
            p99 = statistics.quantiles(costs, n=100)[98]
            median = statistics.median(costs)
            print(f"{name:24} {count:6} judgements, {wrong} wrong, median {median * 1e3:7.2f} ms, p99 {p99 * 1e3:7.2f} ms", flush=True)
        windows = full_windows(options.isolation)
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
    print(f"both windows full: {'right' if windows else 'WRONG'}")
    median = statistics.median(everything)
    print(f"{total} judgements, {total_wrong} wrong, median {median * 1e3:.2f} ms, hogs {options.hogs}, seed {options.seed}")
    return int(total_wrong > 0 or not windows)


if __name__ == "__main__":
    sys.exit(main())
