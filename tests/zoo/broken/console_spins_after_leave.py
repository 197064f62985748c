"""Two users, one of them at the server's own keyboard; the thread that reads from the other goes round and round when he has left.
caught-by: no-busy-loop
may-also-fail: leave-quietly, leave-abruptly
variant: two-user
speaks: named_by=nobody author=label
"""
import socket
import threading


def listen(conn):
    while True:
        try:
            data = conn.recv(65536).decode(errors="replace")
        except OSError:
            continue
        if data:
            print("Собеседник:", data)


server = socket.create_server(("localhost", 12348))
conn, addr = server.accept()
threading.Thread(target=listen, args=(conn,), daemon=True).start()
while True:
    text = input()
    try:
        conn.sendall(text.encode())
    except OSError:
        print("никого нет")
