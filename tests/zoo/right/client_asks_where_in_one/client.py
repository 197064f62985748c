import socket
import threading

where = ""
while ":" not in where:
    where = input("Куда идём [127.0.0.1:9238] > ") or "127.0.0.1:9238"
host, _, port = where.rpartition(":")
conn = socket.create_connection((host, int(port)))
who = input("Ваше имя > ")


def incoming():
    while data := conn.recv(4096):
        print(data.decode("utf-8", "replace"), end="", flush=True)


threading.Thread(target=incoming, daemon=True).start()
while True:
    conn.sendall(f"{who} пишет: {input()}\n".encode())
