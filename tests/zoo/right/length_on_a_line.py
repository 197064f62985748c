"""The length stands in digits on a line of its own before each message, as in `5` and `hello`.
variant: multi-user
model: select
speaks: named_by=first-message author=server framing=length-line
"""
import select
import socket

LIMIT = 1_000_000
waiting, names = {}, {}


def pack(words):
    body = words.encode()
    return str(len(body)).encode() + b"\n" + body


def unpack(store):
    while b"\n" in store:
        head, _, rest = bytes(store).partition(b"\n")
        count = int(head)
        if not 0 <= count <= LIMIT:
            raise ValueError("no length")
        if len(rest) < count:
            return
        store[:] = rest[count:]
        yield rest[:count].decode(errors="replace")
    if len(store) > 10:
        raise ValueError("no length")


def tell(words, author):
    for one in names:
        if one is not author:
            try:
                one.send(pack(words), socket.MSG_DONTWAIT)
            except OSError:
                pass


def heed(sock):
    try:
        data = sock.recv(4096)
        waiting[sock] += data
        for words in unpack(waiting[sock]):
            if sock not in names:
                names[sock] = words.strip()
            elif words.strip():
                tell(f"{names[sock]} -> {words}", sock)
    except (OSError, ValueError):
        data = b""
    if not data:
        del waiting[sock]
        names.pop(sock, None)
        sock.close()


door = socket.create_server(("127.0.0.1", 9881), backlog=64)
while True:
    for sock in select.select([door, *waiting], [], [])[0]:
        if sock is door:
            waiting[door.accept()[0]] = bytearray()
        else:
            heed(sock)
