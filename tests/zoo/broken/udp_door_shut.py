"""UDP: once somebody has said something, newcomers are no longer written down; they are heard, and hear nothing.
caught-by: late-joiner-hears
may-also-fail: rejoin, random-conversations
variant: udp
speaks: named_by=first-message author=server
"""
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 6060))
names = {}
talking = False
while True:
    data, addr = sock.recvfrom(65535)
    text = data.decode("utf-8", "replace")
    if addr not in names and not talking:
        names[addr] = text
        continue
    talking = True
    for other in names:
        if other != addr:
            sock.sendto(f"{names.get(addr, 'кто-то')}: {text}".encode(), other)
