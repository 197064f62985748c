"""UDP: a socket that does not block, asked again and again without a pause.
caught-by: no-busy-loop
may-also-fail:
variant: udp
speaks: named_by=nobody author=nobody
"""
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 6262))
sock.setblocking(False)
clients = set()
while True:
    try:
        data, addr = sock.recvfrom(65535)
    except BlockingIOError:
        continue
    clients.add(addr)
    for client in clients - {addr}:
        sock.sendto(data, client)
