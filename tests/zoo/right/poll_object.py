"""One thread over select.poll; labels are the users' numbers.
variant: multi-user
model: select
speaks: named_by=nobody author=label framing=lines number=1
"""
import select
import socket

server = socket.create_server(("127.0.0.1", 9004))
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
                conn.send(data, socket.MSG_DONTWAIT)
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
