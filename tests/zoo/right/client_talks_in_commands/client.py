import socket
import threading

me = input("Ваше имя: ")
conn = socket.create_connection(("127.0.0.1", 9242))


def listen():
    while data := conn.recv(4096):
        print(data.decode("utf-8", "replace"), end="", flush=True)


def say(text):
    conn.sendall(f"{me}: {text}\n".encode())


def typing(_):
    conn.sendall(f"{me} печатает\n".encode())


threading.Thread(target=listen, daemon=True).start()
COMMANDS = {"say": say, "typing": typing}
while True:
    command, _, rest = input("chat> ").partition(" ")
    if command in COMMANDS:
        COMMANDS[command](rest)
    else:
        conn.sendall(f"{me}: ?\n".encode())
        print(f"Нет команды {command}. Есть: {', '.join(COMMANDS)}")
