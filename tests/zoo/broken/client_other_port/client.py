import socket
import threading

HOST, PORT = "127.0.0.1", 9307


def show(conn):
    while data := conn.recv(1024):
        print(data.decode())


conn = socket.socket()
try:
    conn.connect((HOST, PORT))
except OSError as error:
    raise SystemExit(f"Нет связи с сервером: {error}")
threading.Thread(target=show, args=(conn,), daemon=True).start()
while True:
    conn.send(input().encode())
