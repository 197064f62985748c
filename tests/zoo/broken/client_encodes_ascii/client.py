import socket
import threading

nickname = input("Choose a nickname: ")
client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client.connect(("127.0.0.1", 9222))


def receive():
    while message := client.recv(1024):
        print(message.decode("utf-8"))


def write():
    while True:
        message = "{}: {}".format(nickname, input(""))
        client.send(message.encode("ascii"))


threading.Thread(target=receive).start()
threading.Thread(target=write).start()
