"""There is room for one message in what waits for a slow reader: the next one takes the place of the rest of the last.
caught-by: slow-reader
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import selectors
import socket

LISTEN, TALK = selectors.EVENT_READ, selectors.EVENT_READ | selectors.EVENT_WRITE
events = selectors.DefaultSelector()
people = {}


class Person:
    name = None
    heard = b""
    unsent = b""


def accept():
    conn, _ = server.accept()
    conn.setblocking(False)
    people[conn] = Person()
    events.register(conn, LISTEN)


def read(conn):
    try:
        data = conn.recv(4096)
    except OSError:
        data = b""
    if not data:
        del people[conn]
        events.unregister(conn)
        conn.close()
        return
    person = people[conn]
    *lines, person.heard = (person.heard + data).split(b"\n")
    for line in lines:
        if person.name is None:
            person.name = line
        else:
            tell_others(conn, person.name + b": " + line + b"\n")


def tell_others(author, line):
    for conn, person in people.items():
        if conn is not author and person.name is not None:
            person.unsent = line
            write(conn)


def write(conn):
    person = people[conn]
    try:
        person.unsent = person.unsent[conn.send(person.unsent):]
    except BlockingIOError:
        pass
    except OSError:
        person.unsent = b""   # he has left, as recv will tell
    events.modify(conn, TALK if person.unsent else LISTEN)


server = socket.create_server(("127.0.0.1", 9403))
server.setblocking(False)
events.register(server, LISTEN)
while True:
    for key, ready in events.select():
        if key.fileobj is server:
            accept()
            continue
        if ready & selectors.EVENT_WRITE and key.fileobj in people:
            write(key.fileobj)
        if ready & selectors.EVENT_READ and key.fileobj in people:
            read(key.fileobj)
