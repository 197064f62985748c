import socket
import threading

ADDRESS = "localhost", 8181


class Visitor:
    def __init__(self, name):
        self.name = name
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    def read(self):
        """Поток: показывает сообщения, на вопрос об имени отвечает сам"""
        try:
            while data := self.sock.recv(1024):
                words = data.decode("utf-8")
                if words == "USERNAME":
                    self.sock.send(self.name.encode("utf-8"))
                else:
                    print(words)
        except OSError:
            pass
        print("Связи с комнатой нет")

    def visit(self):
        self.sock.connect(ADDRESS)
        threading.Thread(target=self.read, daemon=True).start()
        print("Можно писать. Слово stop — уйти.")
        while True:
            words = input()
            if words.lower() == "stop":
                break
            self.sock.send(f"{self.name}: {words}".encode("utf-8"))
        self.sock.close()


if __name__ == "__main__":
    Visitor(input("Ваш ник: ")).visit()
