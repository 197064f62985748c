"""Decodes each recv(1024): half a letter raises UnicodeDecodeError and ends the author's session.
caught-by: odd-boundary
may-also-fail: split-character, slow-reader
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading
import time

inside = []
mutex = threading.Lock()


def broadcast(data, author):
    with mutex:
        receivers = [s for s in inside if s is not author]
    for receiver in receivers:
        try:
            receiver.sendall(data)
        except OSError:
            pass


def client(sock):
    try:
        while True:
            data = sock.recv(1024)
            if not data:
                break
            broadcast(data.decode().encode(), sock)
    except (ConnectionResetError, UnicodeDecodeError) as error:
        print(error)
    with mutex:
        inside.remove(sock)
    sock.close()


def doorman():
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("localhost", 9021))
    door.listen()
    while True:
        sock, _ = door.accept()
        with mutex:
            inside.append(sock)
        threading.Thread(target=client, args=(sock,), daemon=True).start()


threading.Thread(target=doorman, daemon=True).start()
while True:
    time.sleep(1)
