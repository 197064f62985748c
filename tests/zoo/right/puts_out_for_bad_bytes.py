"""Whoever sends a line that is not UTF-8 is told so and put out; the others are told that he left.
variant: multi-user
model: select
speaks: named_by=first-message author=server framing=lines
"""
import select
import socket

server = socket.create_server(("127.0.0.1", 9112))
begun, names = {}, {}


def send(conn, text):
    try:
        conn.send((text + "\n").encode(), socket.MSG_DONTWAIT)
    except OSError:
        pass


def put_out(conn):
    name = names.pop(conn, None)
    del begun[conn]
    conn.close()
    for other in names:
        send(other, f"* {name} вышел")


def hear(conn, data):
    *lines, begun[conn] = (begun[conn] + data).split(b"\n")
    for line in lines:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            send(conn, "Здесь говорят на UTF-8.")
            put_out(conn)
            return
        if conn not in names:
            names[conn] = text
            continue
        for other in names:
            if other is not conn:
                send(other, f"{names[conn]}: {text}")


while True:
    for conn in select.select([server, *begun], [], [])[0]:
        if conn is server:
            begun[server.accept()[0]] = b""
            continue
        try:
            data = conn.recv(4096)
        except OSError:
            data = b""
        if data:
            hear(conn, data)
        else:
            put_out(conn)
