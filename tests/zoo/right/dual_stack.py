"""One socket for both IPv4 and IPv6, select in one thread, first line is the name.
variant: multi-user
model: select
speaks: named_by=first-message author=server framing=lines
"""
import select
import socket

listener = socket.create_server(("", 9018), family=socket.AF_INET6, dualstack_ipv6=True)


class Person:
    def __init__(self):
        self.conn, _ = listener.accept()
        self.name = ""
        self.buffer = bytearray()

    def fileno(self):
        return self.conn.fileno()


people = []
try:
    while True:
        for person in select.select([listener, *people], [], [])[0]:
            if person is listener:
                people.append(Person())
                continue
            try:
                data = person.conn.recv(2048)
            except OSError:
                data = b""
            if not data:
                people.remove(person)
                person.conn.close()
            person.buffer += data
            while (end := person.buffer.find(b"\n")) >= 0:
                line = bytes(person.buffer[:end])
                del person.buffer[:end + 1]
                if not person.name:
                    person.name = line.decode("utf-8", "replace").strip()
                    continue
                for other in people:
                    if other is not person and other.name:
                        try:
                            other.conn.send(b"[" + person.name.encode() + b"] " + line + b"\n", socket.MSG_DONTWAIT)
                        except OSError:
                            pass
except KeyboardInterrupt:
    print("bye")
