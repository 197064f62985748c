"""UDP over IPv6 with a time-out, so that Ctrl-C is noticed on Windows too; newlines at the end of what it sends.
variant: udp
model: udp
speaks: named_by=first-message author=server framing=lines-out
"""
import socket

sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
sock.bind(("::1", 7007))
sock.settimeout(0.5)
who = {}
while True:
    try:
        data, address = sock.recvfrom(65507)
    except TimeoutError:
        continue
    except ConnectionResetError:
        continue
    text = data.decode("utf-8", "replace").rstrip("\n")
    if address not in who:
        who[address] = text
        continue
    for other in who:
        if other != address:
            sock.sendto(f"{who[address]} > {text}\n".encode(), other)
