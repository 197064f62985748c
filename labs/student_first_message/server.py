import socket
from threading import Thread


class TalkServer:
    def __init__(self, address=("127.0.0.1", 4321), queue_size=5):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.sock.bind(address)
        self.sock.listen(queue_size)
        self.names = {}

    def wait_for_people(self):
        print("Сервер ждёт подключений")
        while True:
            person, address = self.sock.accept()
            # первым клиент присылает своё имя
            name = person.recv(1024).decode()
            self.names[person] = name
            print(name, "в чате, адрес", address)
            Thread(target=self.hear, args=(person,)).start()

    def hear(self, person):
        try:
            while True:
                words = person.recv(1024).decode()
                if words == "" or words.lower() == "exit":
                    self.forget(person)
                    return
                self.spread(words, person)
        except ConnectionResetError:
            self.forget(person)
        finally:
            person.close()

    def spread(self, words, author):
        line = f"{self.names[author]}: {words}"
        for person, name in self.names.items():
            if person is author:
                continue
            try:
                person.send(line.encode())
            except Exception as reason:
                print("Не дошло до", name, reason)
                person.close()
                self.forget(person)

    def forget(self, person):
        if person in self.names:
            print(self.names.pop(person), "больше не в чате")


TalkServer().wait_for_people()
