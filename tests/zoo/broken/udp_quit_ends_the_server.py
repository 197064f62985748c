"""UDP: who says /exit is taken off the list, and then the server ends.
caught-by: quit-word
may-also-fail:
variant: udp
speaks: named_by=first-message author=server quit=/exit
"""
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 7070))
names = {}
while True:
    data, addr = server.recvfrom(65535)
    text = data.decode("utf-8", "replace")
    if addr not in names:
        names[addr] = text.strip()
        continue
    if text == "/exit":
        del names[addr]
        break
    for other in names:
        if other != addr:
            server.sendto(f"{names[addr]}: {text}".encode(), other)
