"""UDP for two: whoever comes third is not remembered and hears nothing.
caught-by: three-users-hear
may-also-fail: invalid-bytes, rejoin
variant: udp
speaks: named_by=nobody author=nobody
"""
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 9999))
clients = []
while True:
    data, addr = server.recvfrom(65535)
    if addr not in clients and len(clients) < 2:
        clients.append(addr)
    for client in clients:
        if client != addr:
            server.sendto(data, client)
