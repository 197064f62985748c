"""UDP: the answer goes to whoever has written, and to nobody else.
caught-by: two-users-exchange
may-also-fail:
variant: udp
speaks: named_by=first-message author=server
"""
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 5005))
names = {}
while True:
    data, addr = sock.recvfrom(65535)
    text = data.decode("utf-8", "replace")
    if addr not in names:
        names[addr] = text
    sock.sendto(f"{names[addr]}: {text}".encode(), addr)
