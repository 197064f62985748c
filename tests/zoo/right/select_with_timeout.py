"""select that wakes twenty times a second although nothing happened.
variant: multi-user
model: select
speaks: named_by=nobody author=client framing=none
"""
import select
import socket

door = socket.create_server(("127.0.0.1", 9023))
guests = []
idle = 0
while True:
    readable, _, broken = select.select([door] + guests, [], guests, 0.05)
    if not readable:
        idle += 1
        continue
    for sock in readable:
        if sock is door:
            guests.append(door.accept()[0])
            continue
        try:
            data = sock.recv(4096)
        except ConnectionError:
            data = b""
        if not data:
            guests.remove(sock)
            sock.close()
            continue
        for guest in guests:
            if guest is not sock:
                try:
                    guest.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    pass
