import json
import socket
import threading

HOST = "127.0.0.1"
PORT = 5050


def send_json(sock, data):
    sock.sendall((json.dumps(data, ensure_ascii=False) + "\n").encode("utf-8"))


def listen(sock):
    for line in sock.makefile("r", encoding="utf-8"):
        data = json.loads(line)
        if data["type"] == "message":
            print(f"{data['nickname']}: {data['text']}")
        else:
            print("***", data["text"])


def main():
    nickname = input("Ваш ник: ")
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((HOST, PORT))
    send_json(sock, {"type": "login", "nickname": nickname})
    threading.Thread(target=listen, args=(sock,), daemon=True).start()
    while True:
        text = input()
        send_json(sock, {"type": "message", "text": text})
        if text == "/exit":
            break
    sock.close()


if __name__ == "__main__":
    main()
