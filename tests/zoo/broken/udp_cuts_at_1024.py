"""UDP: recvfrom(1024) throws away what a datagram has more.
caught-by: long-message
may-also-fail: odd-boundary
variant: udp
speaks: named_by=nobody author=nobody
"""
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 9999))
clients = []
while True:
    data, addr = server.recvfrom(1024)
    if addr not in clients:
        clients.append(addr)
    for client in clients:
        if client != addr:
            server.sendto(data, client)
