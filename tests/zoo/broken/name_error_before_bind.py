"""A misspelt constant: NameError before the server listens.
caught-by: starts
may-also-fail: two-users-exchange, author-is-known, three-users-hear, late-joiner-hears, silent-newcomer, leave-quietly, leave-abruptly, no-busy-loop, order-kept, long-message, odd-boundary, split-character, restart, stops-on-interrupt, concurrency-model
variant: multi-user
speaks: named_by=nobody author=label framing=lines number=1
"""
import select
import socket

HOST, PORT = "127.0.0.1", 9004
server = socket.create_server((HOST, PROT))
poller = select.poll()
poller.register(server, select.POLLIN)
conns, numbers, rests = {}, {}, {}
count = 0


def gone(fd):
    poller.unregister(fd)
    conns.pop(fd).close()
    del numbers[fd], rests[fd]


def tell(author, data):
    for fd, conn in conns.items():
        if fd != author:
            try:
                conn.sendall(data)
            except OSError:
                pass   # poll will report it


while True:
    for fd, event in poller.poll():
        if fd == server.fileno():
            conn, _ = server.accept()
            count += 1
            fd = conn.fileno()
            conns[fd], numbers[fd], rests[fd] = conn, count, b""
            poller.register(fd, select.POLLIN)
            continue
        try:
            data = conns[fd].recv(4096)
        except OSError:
            data = b""
        if not data:
            gone(fd)
            continue
        *lines, rests[fd] = (rests[fd] + data).split(b"\n")
        for line in lines:
            tell(fd, b"Guest #%d: %s\n" % (numbers[fd], line))
