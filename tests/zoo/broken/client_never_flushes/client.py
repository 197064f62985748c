import socket
import sys
import threading


def show(sock):
    while data := sock.recv(4096):
        sys.stdout.write(" << " + data.decode())


sock = socket.create_connection(("127.0.0.1", 9220))
threading.Thread(target=show, args=(sock,), daemon=True).start()
print("Вы в чате, пишите")
while True:
    sock.sendall(input().encode())
