import socket
import threading
import time


def listen(conn):
    while data := conn.recv(1024):
        for letter in data.decode():
            print(letter, end="", flush=True)
            time.sleep(0.005)
        print()


conn = socket.create_connection(("127.0.0.1", 9220))
threading.Thread(target=listen, args=(conn,), daemon=True).start()
while True:
    text = input()
    time.sleep(0.2)
    conn.sendall(text.encode())
