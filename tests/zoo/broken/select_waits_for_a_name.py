"""One thread in select, but a newcomer's name is read with a blocking call.
caught-by: silent-newcomer
may-also-fail: slow-reader
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import select
import socket

listener = socket.create_server(("", 9018), family=socket.AF_INET6, dualstack_ipv6=True)


class Person:
    def __init__(self):
        self.conn, _ = listener.accept()
        self.buffer = bytearray()
        try:
            while b"\n" not in self.buffer:
                self.buffer += self.conn.recv(2048) or b"?\n"
        except OSError:
            self.buffer = bytearray(b"?\n")
        line, _, self.buffer = self.buffer.partition(b"\n")
        self.name = line.decode("utf-8", "replace").strip()

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
                for other in people:
                    if other is not person and other.name:
                        try:
                            other.conn.sendall(b"[" + person.name.encode() + b"] " + line + b"\n")
                        except OSError:
                            pass
except KeyboardInterrupt:
    print("bye")
