import select
import socket
import sys

sock = socket.socket()
sock.connect(("localhost", 9216))
sock.setblocking(False)
while True:
    ready, _, _ = select.select([sys.stdin, sock], [], [], 0.3)
    for one in ready:
        if one is sock:
            data = sock.recv(4096)
            if not data:
                sys.exit("Сервер закрыт")
            sys.stdout.write(data.decode("utf-8", "replace") + "\n")
            sys.stdout.flush()
        else:
            sock.sendall(sys.stdin.readline().strip().encode())
