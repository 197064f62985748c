"""UDP: the first datagram is answered with a question for the name, the second is the name, then come messages.
variant: udp
model: udp
speaks: named_by=prompt author=server
"""
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 10500))
asked, names = set(), {}
while True:
    data, address = sock.recvfrom(65535)
    if address in names:
        for other in names:
            if other != address:
                sock.sendto(f"<{names[address]}> ".encode() + data, other)
    elif address in asked:
        names[address] = data.decode(errors="replace")
        sock.sendto(f"Привет, {names[address]}!".encode(), address)
    else:
        asked.add(address)
        sock.sendto("Введите ваше имя:".encode(), address)
