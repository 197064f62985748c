"""A chat for two that crashes when one of them leaves.
caught-by: leave-quietly
may-also-fail: leave-abruptly, no-busy-loop
variant: two-user
speaks: named_by=nobody author=client framing=none
"""
import select
import socket


def hear(sock):
    try:
        return sock.recv(4096)
    except ConnectionResetError:
        return b""


def talk(pair):
    while True:
        for sock in select.select(pair, [], [])[0]:
            data = hear(sock)
            if not data:
                raise RuntimeError("nobody to talk to")
            other = pair[0] if sock is pair[1] else pair[1]
            other.sendall(data)


server = socket.create_server(("127.0.0.1", 9112))
while True:
    pair = [server.accept()[0], server.accept()[0]]
    talk(pair)
    for sock in pair:
        sock.close()
