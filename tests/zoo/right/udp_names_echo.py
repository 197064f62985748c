"""UDP: the first datagram is the name, everybody gets everything back with it, the author too; comings are announced.
variant: udp
model: udp
speaks: named_by=first-message author=server echo=true
"""
import socket

names = {}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 5555))


def broadcast(text):
    for addr in names:
        s.sendto(text.encode("utf-8"), addr)


while True:
    data, addr = s.recvfrom(4096)
    text = data.decode("utf-8", errors="replace")
    if addr in names:
        broadcast(f"[{names[addr]}] {text}")
    else:
        names[addr] = text
        broadcast(f"{text} присоединился к чату!")
