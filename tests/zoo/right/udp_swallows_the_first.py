"""UDP on the machine's own host name: the first datagram only says that somebody is there, the client program puts the name.
variant: udp
model: udp
speaks: named_by=first-message author=nobody
"""
from socket import *

sock = socket(AF_INET, SOCK_DGRAM)
sock.bind((gethostbyname(gethostname()), 14900))
people = set()
print("Сервер запущен")
while True:
    message, address = sock.recvfrom(16384)
    if address not in people:
        people.add(address)
        continue
    for person in people:
        if person != address:
            sock.sendto(message, person)
