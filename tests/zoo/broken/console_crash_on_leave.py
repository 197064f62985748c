"""Two users, one of them at the server's own keyboard; an exception nobody catches ends the server when the other goes.
caught-by: leave-quietly
may-also-fail: leave-abruptly, no-busy-loop
variant: two-user
speaks: named_by=nobody author=label turns=alternate
"""
import socket

server = socket.create_server(("localhost", 12347))
conn, addr = server.accept()
while True:
    data = conn.recv(65536)
    if not data:
        raise ConnectionError("клиент отключился")
    print("Клиент:", data.decode(errors="replace"))
    conn.sendall(input("Вы: ").encode())
