import socket
from threading import Thread


class TalkClient:
    def __init__(self, name, address=("127.0.0.1", 4321)):
        self.name = name
        self.address = address
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    def print_incoming(self):
        try:
            while True:
                words = self.sock.recv(1024).decode()
                if not words:
                    print("Сервер закончил разговор")
                    return
                print(words)
        except OSError:
            print("Связь прервана")

    def run(self):
        self.sock.connect(self.address)
        self.sock.send(self.name.encode())
        Thread(target=self.print_incoming, daemon=True).start()
        words = ""
        while words.lower() != "exit":
            words = input()
            if words:
                self.sock.send(words.encode())
        self.sock.close()


print("Как вас зовут?")
TalkClient(input()).run()
