"""Of several guests whom select reports at once it reads all, and passes on only what the last of them said.
caught-by: all-speak-at-once
may-also-fail: random-conversations
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import select
import socket

server = socket.create_server(("127.0.0.1", 9201))
guests = []


def bye(guest):
    guests.remove(guest)
    guest.close()


while True:
    ready, _, _ = select.select([server] + guests, [], [])
    data = author = None
    for sock in ready:
        if sock is server:
            conn, _ = server.accept()
            guests.append(conn)
            continue
        try:
            piece = sock.recv(4096)
        except OSError:
            piece = b""
        if piece:
            data, author = piece, sock
        else:
            bye(sock)
    if data:
        for guest in guests:
            if guest is not author:
                try:
                    guest.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    pass
