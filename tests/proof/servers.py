"""Relay servers of every temper, as scripts. Each tells the others "+" when someone is accepted, "-" when someone goes; it relays."""

from __future__ import annotations

_HEAD = '''
import os, select, socket, sys, threading, time
listener = socket.create_server((HOST, 0), backlog=64)
lock, guests = threading.RLock(), []
def tell(data, author=None):
    with lock:
        for other in list(guests):
            if other is not author:
                try: other.sendall(data)
                except OSError: pass
def enter(guest):
    with lock:
        tell(b"+")
        guests.append(guest)
def gone(guest):
    with lock:
        if guest in guests:
            guests.remove(guest)
            tell(b"-")
    guest.close()
def heard(guest, data):
    if data == b"bye.....": gone(guest)
    elif data == b"reset...":
        guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\\\\x01\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0\\\\0")
        gone(guest)
    else: tell(data, guest)
def attend(guest, before=0.0):
    while True:
        try: data = guest.recv(65536)
        except OSError: data = b""
        if before: time.sleep(before)
        if not data: return gone(guest)
        heard(guest, data)
        if guest.fileno() < 0: return
'''.replace("\\\\", "\\")

_THREADED = '''
while True:
    guest, _ = listener.accept()
    enter(guest)
    threading.Thread(target=attend, args=(guest,), daemon=True).start()
'''

_MAIN_SLEEPS = '''
def accepting():
''' + _THREADED.replace("\n", "\n    ") + '''
threading.Thread(target=accepting, daemon=True).start()
while True: time.sleep(1)
'''

_SLOW_FORWARDER = _THREADED.replace("args=(guest,)", "args=(guest, 0.15)")

_SLOW_ACCEPT = _THREADED.replace("    guest, _ = listener.accept()", "    guest, _ = listener.accept(); time.sleep(0.1)")

_SELECT = '''
while True:
    ready, _, _ = select.select([listener, *guests], [], [], TIMEOUT)
    for source in ready:
        if source is listener: enter(listener.accept()[0])
        elif source in guests:
            try: data = source.recv(65536)
            except OSError: data = b""
            heard(source, data) if data else gone(source)
'''

_POLLING = '''
listener.setblocking(False)
while True:
    time.sleep(0.05)
    try:
        guest, _ = listener.accept()
        guest.setblocking(False)
        enter(guest)
    except BlockingIOError: pass
    for guest in list(guests):
        try: data = guest.recv(65536)
        except BlockingIOError: continue
        except OSError: data = b""
        heard(guest, data) if data else gone(guest)
'''

_PROCESSES = '''
# A process per guest, which only reads and passes on; the hub writes to everybody.
import struct
hub_read, hub_write = os.pipe()
def reader(number, guest):
    while True:
        try: data = guest.recv(4000)
        except OSError: data = b""
        os.write(hub_write, struct.pack("=HH", number, len(data)) + data)
        if not data: os._exit(0)
by_number = {}
def gone(guest):  # the reader's process has the socket too, so closing it here would say nothing to the guest
    with lock:
        if guest in guests:
            guests.remove(guest)
            tell(b"-")
            try: guest.shutdown(socket.SHUT_RDWR)
            except OSError: pass
            guest.close()
def hub():
    while True:
        number, size = struct.unpack("=HH", os.read(hub_read, 4))
        data = os.read(hub_read, size) if size else b""
        guest = by_number[number]
        heard(guest, data) if data else gone(guest)
        if not data: del by_number[number]
import signal
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
threading.Thread(target=hub, daemon=True).start()
count = 0
while True:
    guest, _ = listener.accept()
    count += 1
    by_number[count] = guest
    with lock:
        enter(guest)
        if os.fork() == 0:
            listener.close()
            for other in guests:
                if other is not guest: other.close()
            reader(count, guest)
'''

_ASYNCIO = '''
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    listener.setblocking(False)
    async def one(guest):
        while True:
            try: data = await loop.sock_recv(guest, 65536)
            except OSError: data = b""
            if not data: return gone(guest)
            heard(guest, data)
            if guest.fileno() < 0: return
    keep = set()
    while True:
        guest, _ = await loop.sock_accept(listener)
        enter(guest)
        task = loop.create_task(one(guest)); keep.add(task)
asyncio.run(main())
'''

_TWO_PIECES = _THREADED.replace("guest, _ = listener.accept()", "guest, _ = listener.accept(); ").replace(
    "while True", '''
def tell(data, author=None):
    with lock:
        for other in list(guests):
            if other is not author:
                try:
                    for at in range(len(data)): other.send(data[at:at + 1])
                except OSError: pass
while True''', 1)

_UDP_HEAD = '''
import os, queue, select, socket, sys, threading, time
box = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
box.bind((HOST, 0))
guests = []
def tell(data, author=None):
    for other in list(guests):
        if other != author: box.sendto(data, other)
def heard(data, guest):
    if guest not in guests:  # the first datagram only says that he is there
        tell(b"+")
        guests.append(guest)
    elif data == b"bye.....":
        guests.remove(guest)
        tell(b"-")
    else: tell(data, guest)
'''

_UDP = '''
while True: heard(*box.recvfrom(65536))
'''

_UDP_TWO_THREADS = '''
letters = queue.Queue()
def pass_on():
    while True: heard(*letters.get())
threading.Thread(target=pass_on, daemon=True).start()
while True: letters.put(box.recvfrom(65536))
'''

_UDP_SELECT = '''
while True:
    if select.select([box], [], [], 0.05)[0]: heard(*box.recvfrom(65536))
'''

SERVERS: dict[str, tuple[str, float]] = {
    # name: (script, its share of the judgements; the slow ones get less)
    "threaded": (_THREADED, 1.0),
    "main thread sleeps": (_MAIN_SLEEPS, 1.0),
    "select": (_SELECT.replace("TIMEOUT", "None"), 1.0),
    "select with a time-out": (_SELECT.replace("TIMEOUT", "0.05"), 0.5),
    "asyncio": (_ASYNCIO, 1.0),
    "a process per guest": (_PROCESSES, 0.5),
    "byte by byte, Nagle": (_TWO_PIECES, 0.5),
    "polls every 50 ms": (_POLLING, 0.02),
    "forwards after 150 ms": (_SLOW_FORWARDER, 0.02),
    "accepts after 100 ms": (_SLOW_ACCEPT, 0.02),
    "UDP": (_UDP, 1.0),
    "UDP in two threads": (_UDP_TWO_THREADS, 1.0),
    "UDP, select with a time-out": (_UDP_SELECT, 0.5),
}


def script(name: str, host: str) -> str:
    """The server's source, bound to `host` and any free port."""
    return (_UDP_HEAD if over_udp(name) else _HEAD).replace("HOST", repr(host)) + SERVERS[name][0]


def over_udp(name: str) -> bool:
    """Whether guests come to this server by datagrams."""
    return name.startswith("UDP")
