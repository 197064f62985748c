"""Names stand in a frame of their own before each text; one thread in select.
variant: select
model: select
speaks: named_by=first-message author=server framing=length-decimal-10
"""
import select
import socket

HEADER = 10
names, came, waiting = {}, {}, {}


def frame(data):
    return f"{len(data):<{HEADER}}".encode() + data


def messages(sock):
    while len(came[sock]) >= HEADER:
        end = HEADER + int(came[sock][:HEADER])
        if len(came[sock]) < end:
            return
        message, came[sock] = came[sock][HEADER:end], came[sock][end:]
        yield message


def forget(sock):
    for table in (names, came, waiting):
        table.pop(sock, None)
    sock.close()


def receive(sock):
    data = sock.recv(4096)
    if not data:
        raise ConnectionError
    came[sock] += data
    for message in messages(sock):
        if sock not in names:
            names[sock] = message
            continue
        for other in names:
            if other is not sock:
                waiting[other] += frame(names[sock]) + frame(message)


server = socket.create_server(("127.0.0.1", 1234))
while True:
    readable, writable, _ = select.select([server, *came], [sock for sock in came if waiting[sock]], [])
    for sock in readable:
        if sock is server:
            conn, _ = server.accept()
            conn.setblocking(False)
            came[conn] = waiting[conn] = b""
            continue
        try:
            receive(sock)
        except (OSError, ValueError):
            forget(sock)
    for sock in writable:
        if sock in waiting:
            try:
                waiting[sock] = waiting[sock][sock.send(waiting[sock]):]
            except BlockingIOError:
                pass
            except OSError:
                forget(sock)
