import socket
import sys
import threading

PASSWORD = "itmo2024"
conn = socket.create_connection(("127.0.0.1", 9222))
stream = conn.makefile("r", encoding="utf-8")
stream.readline()
conn.sendall((PASSWORD + "\n").encode())
print(stream.readline().strip())
conn.sendall((input("> ") + "\n").encode())


def show():
    for line in stream:
        print(line.rstrip())


threading.Thread(target=show, daemon=True).start()
for line in sys.stdin:
    conn.sendall(line.encode())
