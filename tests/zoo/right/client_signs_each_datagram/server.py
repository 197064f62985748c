"""UDP: every datagram is `name|text`, and the first one lets in; the client alone tells so. A select that waits a minute.
variant: udp
model: udp
speaks: named_by=nobody author=client
hello:
says: {name}|{text}
"""
import select
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 41234))
known = set()
while True:
    if not select.select([server], [], [], 60)[0]:
        continue
    packet, sender = server.recvfrom(65535)
    name, separator, text = packet.decode("utf-8", "replace").partition("|")
    if not separator:
        server.sendto("Format: name|text".encode(), sender)
        continue
    known.add(sender)
    if text:
        for addr in known - {sender}:
            server.sendto(f"{name}: {text}".encode(), addr)
