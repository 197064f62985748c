"""UDP: whatever comes goes to everybody else, the very first datagram too; nobody has a name.
variant: udp
model: udp
speaks: named_by=nobody author=nobody
"""
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 9999))
clients = []

while True:
    data, addr = server.recvfrom(65535)
    if addr not in clients:
        clients.append(addr)
        print("New client", addr)
    for client in clients:
        if client != addr:
            server.sendto(data, client)
