import socket
import sys
from threading import Thread

if len(sys.argv) != 4:
    print(f"Использование: {sys.argv[0]} HOST PORT NAME")
    sys.exit(1)
host, port, name = sys.argv[1], int(sys.argv[2]), sys.argv[3]
conn = socket.create_connection((host, port))


def show():
    while data := conn.recv(1024):
        print(data.decode())


Thread(target=show, daemon=True).start()
for line in sys.stdin:
    conn.sendall(f"<{name}> {line.strip()}".encode())
