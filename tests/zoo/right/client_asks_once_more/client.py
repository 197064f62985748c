import socket
from threading import Thread

settings = {"host": "127.0.0.1", "port": "9236", "nick": "nobody"}
for key, question in ("host", "Хост"), ("port", "Порт"), ("nick", "Ник"):
    settings[key] = input(f"{question} ({settings[key]}): ") or settings[key]
while True:
    reply = input("Заходим на {host}:{port} под ником {nick}? <нет/да> ".format(**settings))
    if reply.lower() in ("да", "нет"):
        break
    print("Только да или нет!")
if reply.lower() == "нет":
    raise SystemExit("До встречи")
conn = socket.create_connection((settings["host"], int(settings["port"])))
conn.sendall(f"{settings['nick']}\n".encode())


def listen():
    with conn.makefile(encoding="utf-8") as lines:
        for line in lines:
            print(line, end="", flush=True)


Thread(target=listen, daemon=True).start()
while True:
    conn.sendall(f"{input()}\n".encode())
