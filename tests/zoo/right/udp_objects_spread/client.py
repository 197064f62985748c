import json
import socket
import sys
import threading

sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.connect(("127.0.0.1", 9883))
print("Your nick?", flush=True)
nick = input()


def send(**fields):
    sock.send(json.dumps({"nick": nick, **fields}).encode())


def show():
    while True:
        got = json.loads(sock.recv(65535))
        if got["kind"] == "said":
            print(got["nick"], "says:", got["words"], flush=True)
        else:
            print(got["nick"], "is here", flush=True)


send(kind="hello")
threading.Thread(target=show, daemon=True).start()
for line in sys.stdin:
    send(kind="say", words=line.strip())
