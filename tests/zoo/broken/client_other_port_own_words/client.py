import socket
import sys
import threading


def connect(host="127.0.0.1", port=9329):
    try:
        return socket.create_connection((host, port), 3)
    except OSError:
        print("Увы, чат сейчас недоступен. Попробуйте позже.")
        sys.exit()


def listen(conn):
    while data := conn.recv(4096):
        print(data.decode("utf-8", "replace"))


nick = input("Никнейм: ")
conn = connect()
conn.settimeout(None)
threading.Thread(target=listen, args=(conn,), daemon=True).start()
while True:
    conn.sendall(f"{nick}: {input()}".encode())
