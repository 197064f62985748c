"""UDP: one thread receives, another sends what waits in the queue; the label is the address; the main thread only sleeps.
variant: udp
model: udp
speaks: named_by=nobody author=label
"""
import queue
import socket
import threading
import time

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("localhost", 9876))
letters = queue.Queue()
users = []


def receive():
    while True:
        letters.put(sock.recvfrom(8192))


def send():
    while True:
        data, author = letters.get()
        if author not in users:
            users.append(author)
        for user in users:
            if user != author:
                sock.sendto(f"{author}: ".encode() + data, user)


threading.Thread(target=receive, daemon=True).start()
threading.Thread(target=send, daemon=True).start()
while True:
    time.sleep(1)
