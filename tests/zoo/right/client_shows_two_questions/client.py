import socket
import sys
import threading

conn = socket.create_connection(("127.0.0.1", 9219))


def show():
    while data := conn.recv(4096):
        print(data.decode("utf-8", "replace"), end="", flush=True)


threading.Thread(target=show, daemon=True).start()
for line in sys.stdin:
    conn.sendall(line.encode())
