"""One thread, poll; a name is free again when its owner has gone, and who says the word is told goodbye.
variant: multi-user
model: select
speaks: named_by=first-message author=server framing=lines quit=пока
"""
import select
import socket

server = socket.create_server(("127.0.0.1", 9306))
poller = select.poll()
poller.register(server, select.POLLIN)
conns, names, halves = {}, {}, {}


def send(fd, text):
    try:
        conns[fd].send(text.encode() + b"\n", socket.MSG_DONTWAIT)
    except OSError:
        pass


def bye(fd):
    poller.unregister(fd)
    name = names.pop(fd, None)
    halves.pop(fd)
    conns.pop(fd).close()
    if name:
        for other in names:
            send(other, f"*** {name} ушёл")


def take(fd, text):
    if fd not in names:
        if text in names.values():
            send(fd, "Такой уже есть, назовитесь иначе")
        elif text:
            names[fd] = text
        return
    if text == "пока":
        send(fd, "И вам пока!")
        bye(fd)
        return
    for other in names:
        if other != fd:
            send(other, f"{names[fd]}> {text}")


while True:
    for fd, _ in poller.poll():
        if fd == server.fileno():
            conn, _ = server.accept()
            conns[conn.fileno()], halves[conn.fileno()] = conn, b""
            poller.register(conn, select.POLLIN)
            continue
        try:
            data = conns[fd].recv(4096)
        except OSError:
            data = b""
        if not data:
            bye(fd)
            continue
        *lines, halves[fd] = (halves[fd] + data).split(b"\n")
        for line in lines:
            if fd in conns:
                take(fd, line.decode("utf-8", "replace").strip())
