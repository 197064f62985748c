"""UDP: a bare except around recvfrom() takes Ctrl-C for a mistake of the network.
caught-by: stops-on-interrupt
may-also-fail:
variant: udp
speaks: named_by=nobody author=nobody
"""
import socket

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 6464))
clients = set()
while True:
    try:
        data, addr = sock.recvfrom(65535)
        clients.add(addr)
        for client in clients - {addr}:
            sock.sendto(data, client)
    except:
        print("что-то пошло не так")
