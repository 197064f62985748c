"""One thread over the selectors module; newline both ways; the first line is the name.
variant: multi-user
model: select
speaks: named_by=first-message author=server framing=lines
"""
import selectors
import socket

sel = selectors.DefaultSelector()
people = {}   # conn -> {"name": ..., "rest": ...}


def on_accept(server):
    conn, address = server.accept()
    people[conn] = {"name": None, "rest": b""}
    sel.register(conn, selectors.EVENT_READ, on_bytes)


def on_bytes(conn):
    try:
        data = conn.recv(1024)
    except OSError:
        data = b""
    if not data:
        sel.unregister(conn)
        del people[conn]
        conn.close()
        return
    me = people[conn]
    me["rest"] += data
    while b"\n" in me["rest"]:
        line, me["rest"] = me["rest"].split(b"\n", 1)
        text = line.decode("utf-8", "replace").rstrip("\r")
        if me["name"] is None:
            me["name"] = text
        else:
            publish(conn, f"<{me['name']}> {text}\n")


def publish(author, message):
    for conn, person in people.items():
        if conn is not author and person["name"]:
            try:
                conn.send(message.encode(), socket.MSG_DONTWAIT)
            except OSError:
                pass


server = socket.create_server(("127.0.0.1", 9003))
sel.register(server, selectors.EVENT_READ, on_accept)
try:
    while True:
        for key, _ in sel.select():
            key.data(key.fileobj)
except KeyboardInterrupt:
    server.close()
