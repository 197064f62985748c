"""Decodes before it looks for the newline: half a letter ends the whole server.
caught-by: split-character
may-also-fail: slow-reader, invalid-bytes
variant: multi-user
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
        data = conn.recv(4096)
    except OSError:
        data = b""
    if not data:
        sel.unregister(conn)
        del people[conn]
        conn.close()
        return
    me = people[conn]
    me["rest"] += data.decode("utf-8").encode()
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
                conn.sendall(message.encode())
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
