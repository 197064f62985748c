"""A chat for two that lives through a leave but crashes on a reset.
caught-by: leave-abruptly
may-also-fail:
variant: two-user
speaks: named_by=nobody author=client framing=none
"""
import select
import socket


def hear(sock):
    return sock.recv(4096)


def talk(pair):
    while True:
        for sock in select.select(pair, [], [])[0]:
            data = hear(sock)
            if not data:
                return
            other = pair[0] if sock is pair[1] else pair[1]
            other.sendall(data)


server = socket.create_server(("127.0.0.1", 9112))
while True:
    pair = [server.accept()[0], server.accept()[0]]
    talk(pair)
    for sock in pair:
        sock.close()
