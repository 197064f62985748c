import socket
import threading


def listen(conn):
    while True:
        data = conn.recv(1024)
        if not data:
            break
        print(data.decode("ascii"))


conn = socket.create_connection(("127.0.0.1", 9203))
threading.Thread(target=listen, args=(conn,), daemon=True).start()
while True:
    conn.send(input().encode("utf-8"))
