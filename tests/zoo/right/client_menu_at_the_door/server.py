"""The client has a menu before it connects: one item leads into the chat, others elsewhere.
variant: multi-user
model: select
speaks: named_by=first-message author=server framing=lines
"""
import selectors
import socket

sel = selectors.DefaultSelector()
guests = {}


class Guest:
    def __init__(self, conn):
        self.conn, self.name, self.rest = conn, b"", b""

    def hear(self):
        try:
            data = self.conn.recv(2048)
        except OSError:
            data = b""
        if not data:
            self.go()
            return
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if self.name:
                self.say(line)
            else:
                self.name = line.strip()
                guests[self.conn] = self

    def say(self, line):
        for other in guests.values():
            if other is not self:
                try:
                    other.conn.send(b"%s: %s\n" % (self.name, line.strip()), socket.MSG_DONTWAIT)
                except OSError:
                    pass

    def go(self):
        guests.pop(self.conn, None)
        sel.unregister(self.conn)
        self.conn.close()


door = socket.create_server(("127.0.0.1", 9237))
sel.register(door, selectors.EVENT_READ)
while True:
    for key, _ in sel.select():
        if key.data:
            key.data.hear()
        else:
            conn, _ = door.accept()
            sel.register(conn, selectors.EVENT_READ, Guest(conn))
