"""One thread in select, which also asks who can be written to when there is nothing to write: it never waits.
caught-by: no-busy-loop
may-also-fail:
variant: select
speaks: named_by=first-message author=server framing=lines
"""
import select
import socket

server = socket.create_server(("127.0.0.1", 5432))
names, came, waiting = {}, {}, {}


def forget(sock):
    for table in (names, came, waiting):
        table.pop(sock, None)
    sock.close()


def line_said(sock, line):
    if sock not in names:
        names[sock] = line.strip()
        return
    for other in names:
        if other is not sock:
            waiting[other] += names[sock] + b": " + line + b"\n"


while True:
    readable, writable, _ = select.select([server, *came], list(came), [])
    for sock in readable:
        if sock is server:
            conn, _ = server.accept()
            conn.setblocking(False)
            came[conn] = waiting[conn] = b""
            continue
        try:
            data = sock.recv(4096)
        except OSError:
            data = b""
        if not data:
            forget(sock)
            continue
        *lines, came[sock] = (came[sock] + data).split(b"\n")
        for line in lines:
            line_said(sock, line)
    for sock in writable:
        if sock in waiting:
            try:
                waiting[sock] = waiting[sock][sock.send(waiting[sock]):]
            except BlockingIOError:
                pass
            except OSError:
                forget(sock)
