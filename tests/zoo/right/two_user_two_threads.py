"""A chat for two: one thread for each direction; when one goes, the next pair is awaited.
variant: two-user
model: threads
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading


def relay(source, target):
    try:
        while data := source.recv(4096):
            target.sendall(data)
    except OSError:
        pass
    for sock in (source, target):
        try:
            sock.shutdown(socket.SHUT_RDWR)   # both directions end together
        except OSError:
            pass


server = socket.create_server(("127.0.0.1", 9027))
while True:
    first, _ = server.accept()
    second, _ = server.accept()
    there = threading.Thread(target=relay, args=(first, second), daemon=True)
    back = threading.Thread(target=relay, args=(second, first), daemon=True)
    there.start()
    back.start()
    there.join()
    back.join()
    first.close()
    second.close()
