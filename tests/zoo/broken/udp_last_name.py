"""UDP: one variable for everybody's name, so all speak under the name of who came last.
caught-by: author-is-known
may-also-fail: names-kept, random-conversations
variant: udp
speaks: named_by=first-message author=server
"""
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 6161))
addresses = []
while True:
    data, addr = sock.recvfrom(65535)
    if addr not in addresses:
        addresses.append(addr)
        name = data.decode("utf-8", "replace")
        continue
    for other in addresses:
        if other != addr:
            sock.sendto(name.encode() + b": " + data, other)
