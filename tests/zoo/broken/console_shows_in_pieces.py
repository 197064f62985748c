"""Two users, one of them at the server's own keyboard; a long text is shown in pieces of a kilobyte, each on a line of its own.
caught-by: long-message
may-also-fail: odd-boundary
variant: two-user
speaks: named_by=nobody author=nobody
"""
import socket
import threading


def listen():
    while True:
        conn, _ = server.accept()
        people.append(conn)
        try:
            while data := conn.recv(1024):
                print(data.decode(errors="replace"))
        except OSError:
            pass
        people.remove(conn)
        conn.close()


people = []
server = socket.create_server(("localhost", 12349))
threading.Thread(target=listen, daemon=True).start()
while True:
    text = input()
    for conn in people:
        conn.sendall(text.encode())
