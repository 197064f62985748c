"""select and sockets that never block: who does not read is hung up on.
variant: multi-user
model: select
speaks: named_by=nobody author=client framing=none echo=true
"""
import select
import socket

server = socket.create_server(("127.0.0.1", 9302))
guests = set()


def forget(guest):
    guests.discard(guest)
    guest.close()


while True:
    ready, _, _ = select.select([server, *guests], [], [])
    for sock in ready:
        if sock is server:
            guest, _ = server.accept()
            guest.setblocking(False)
            guests.add(guest)
            continue
        if sock not in guests:
            continue
        try:
            data = sock.recv(4096)
        except OSError:
            data = b""
        if not data:
            forget(sock)
            continue
        for guest in list(guests):
            try:
                if guest.send(data) < len(data):
                    forget(guest)
            except OSError:
                forget(guest)
