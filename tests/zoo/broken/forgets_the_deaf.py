"""Whoever has no room for a message once is never sent anything again, though he stays connected and reads on.
caught-by: slow-reader
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import select
import socket

server = socket.create_server(("127.0.0.1", 9377), backlog=50)
server.setblocking(False)
names, halves, deaf = {}, {}, set()


def part(conn):
    names.pop(conn, None)
    halves.pop(conn, None)
    deaf.discard(conn)
    conn.close()


def send(conn, data):
    try:
        conn.send(data)
    except BlockingIOError:
        deaf.add(conn)
    except OSError:
        part(conn)


while True:
    ready, _, _ = select.select([server, *halves], [], [])
    for sock in ready:
        if sock is server:
            conn, _ = server.accept()
            conn.setblocking(False)
            halves[conn] = b""
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
                if other is not sock and other not in deaf:
                    send(other, names[sock] + b": " + line + b"\n")
