import socket
import threading

sock = socket.create_connection(("127.0.0.1", 9223))
sock.setblocking(False)


def listen():
    while True:
        try:
            data = sock.recv(1024)
        except BlockingIOError:
            continue
        if not data:
            break
        print(data.decode())


threading.Thread(target=listen, daemon=True).start()
while True:
    sock.sendall(input("-> ").encode())
