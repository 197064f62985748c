"""Binds the port but forgets listen: nobody can connect.
caught-by: starts
may-also-fail: two-users-exchange, author-is-known, three-users-hear, late-joiner-hears, silent-newcomer, leave-quietly, leave-abruptly, no-busy-loop, order-kept, long-message, odd-boundary, split-character, restart, stops-on-interrupt, concurrency-model
variant: multi-user
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
                    other.sendall(data)
                except OSError:
                    pass


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", 9008))
    while True:
        try:
            person, address = server.accept()
        except OSError:
            time.sleep(1)
            continue
        people.append(person)
        threading.Thread(target=handle, args=[person], daemon=True).start()


main()
