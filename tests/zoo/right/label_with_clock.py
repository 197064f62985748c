"""Every message carries the time of day, to the millisecond, before the name.
variant: multi-user
model: select
speaks: named_by=prompt author=server framing=lines
"""
import datetime
import select
import socket

server = socket.create_server(("127.0.0.1", 9014))
names, rest = {}, {}


def forget(conn):
    names.pop(conn, None)
    rest.pop(conn, None)
    conn.close()


def say(conn, line):
    try:
        conn.send(line.encode() + b"\n", socket.MSG_DONTWAIT)
    except OSError:
        pass


while True:
    ready, _, _ = select.select([server, *rest], [], [])
    for conn in ready:
        if conn is server:
            newcomer, _ = server.accept()
            rest[newcomer] = b""
            say(newcomer, "Введите никнейм")
            continue
        try:
            data = conn.recv(4096)
        except OSError:
            data = b""
        if not data:
            forget(conn)
            continue
        *lines, rest[conn] = (rest[conn] + data).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace").strip()
            if conn not in names:
                names[conn] = text
                continue
            now = datetime.datetime.now().strftime("%H:%M:%S.%f")[:-3]
            for other in names:
                if other is not conn:
                    say(other, f"[{now}] {names[conn]}: {text}")
