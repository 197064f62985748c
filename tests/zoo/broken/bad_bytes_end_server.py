"""One thread decodes everybody's lines, and nobody catches the UnicodeDecodeError.
caught-by: invalid-bytes
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import selectors
import socket

selector = selectors.DefaultSelector()
members = {}


class Member:
    def __init__(self, conn):
        self.conn = conn
        self.name = ""
        self.rest = b""

    def lines(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [line.decode() for line in lines]   # a whole line is always UTF-8... is it not?


def leave(member):
    selector.unregister(member.conn)
    del members[member.conn]
    member.conn.close()


def hear(member, data):
    for line in member.lines(data):
        if not member.name:
            member.name = line.strip()
            continue
        for other in list(members.values()):
            if other is not member and other.name:
                try:
                    other.conn.send(f"{member.name}: {line}\n".encode(), socket.MSG_DONTWAIT)
                except OSError:
                    pass


server = socket.create_server(("127.0.0.1", 9104))
selector.register(server, selectors.EVENT_READ)
while True:
    for key, _ in selector.select():
        if key.fileobj is server:
            conn, _ = server.accept()
            members[conn] = Member(conn)
            selector.register(conn, selectors.EVENT_READ)
            continue
        member = members[key.fileobj]
        try:
            data = member.conn.recv(2048)
        except OSError:
            data = b""
        if data:
            hear(member, data)
        else:
            leave(member)
