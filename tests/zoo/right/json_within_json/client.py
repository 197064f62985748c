import json
import socket
import threading


def send(conn, action, **data):
    conn.sendall(json.dumps({"action": action, "data": data}, ensure_ascii=False).encode() + b"\n")


def show(conn):
    for line in conn.makefile(encoding="utf-8"):
        data = json.loads(line)["data"]
        print(data["from"]["nick"] + ": " + data["body"]["text"])


conn = socket.create_connection(("127.0.0.1", 9224))
send(conn, "join", nick=input("Ваш ник: "))
threading.Thread(target=show, args=(conn,), daemon=True).start()
while True:
    send(conn, "say", text=input())
