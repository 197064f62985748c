"""Sleeps half a second before it passes on what it read.
variant: multi-user
model: threads
speaks: named_by=nobody author=client framing=none slow=0.5
"""
import socket
import threading
import time

people = []


def handle(person):
    while True:
        try:
            data = person.recv(65536)
        except OSError:
            data = b""
        if not data:
            people.remove(person)
            person.close()
            return
        time.sleep(0.5)
        for other in people[:]:
            if other is not person:
                try:
                    other.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    pass


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", 9008))
    server.listen(10)
    while True:
        person, address = server.accept()
        people.append(person)
        threading.Thread(target=handle, args=[person], daemon=True).start()


main()
