"""Keeps what somebody does not read in time, and sends it only when there is something new for him: select is never asked who can take more.
caught-by: slow-reader
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import select
import socket

server = socket.create_server(("127.0.0.1", 9377), backlog=50)
server.setblocking(False)
names, halves, unsent = {}, {}, {}


def part(conn):
    for table in (names, halves, unsent):
        table.pop(conn, None)
    conn.close()


def send(conn, data):
    unsent[conn] += data
    try:
        unsent[conn] = unsent[conn][conn.send(unsent[conn]):]
    except BlockingIOError:
        pass
    except OSError:
        part(conn)


while True:
    ready, _, _ = select.select([server, *halves], [], [])
    for sock in ready:
        if sock is server:
            conn, _ = server.accept()
            conn.setblocking(False)
            halves[conn] = unsent[conn] = b""
            continue
        if sock not in halves:
            continue
        try:
            data = sock.recv(4096)
        except OSError:
            data = b""
        if not data:
            part(sock)
            continue
        *lines, halves[sock] = (halves[sock] + data).split(b"\n")
        for line in lines:
            if sock not in names:
                names[sock] = line.strip()
                continue
            for other in list(names):
                if other is not sock:
                    send(other, names[sock] + b": " + line + b"\n")
