"""Listens on the IPv6 loopback ::1 only.
variant: multi-user
model: threads
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading

crowd = []


def pump(source):
    while True:
        try:
            data = source.recv(1500)
        except OSError:
            break
        if not data:
            break
        for target in tuple(crowd):
            if target is not source:
                try:
                    target.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    continue
    crowd.remove(source)
    source.close()


listener = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("::1", 9017))
listener.listen()
while True:
    visitor, *_ = listener.accept()
    crowd.append(visitor)
    threading.Thread(target=pump, args=(visitor,), daemon=True).start()
