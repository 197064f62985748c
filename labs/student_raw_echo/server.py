from socket import socket, AF_INET, SOCK_STREAM
from threading import Thread


class Hub:
    """Принимает пользователей и рассылает всем всё, что пришло."""

    def __init__(self, ip, port_number):
        self.where = (ip, port_number)
        self.people = []

    def run(self):
        listener = socket(AF_INET, SOCK_STREAM)
        try:
            listener.bind(self.where)
            listener.listen(20)
            print("Сервер работает", self.where)
            while True:
                person, where_from = listener.accept()
                print("Новый пользователь:", where_from)
                self.people.append(person)
                Thread(target=self.talk, args=[person], daemon=True).start()
        finally:
            listener.close()
            print("Сервер закрыт")

    def kick(self, person):
        if person in self.people:
            self.people.remove(person)

    def talk(self, person):
        try:
            while True:
                try:
                    text = person.recv(1024).decode()
                except Exception as problem:
                    print("Не удалось прочитать:", problem)
                    self.kick(person)
                    text = ""

                for somebody in self.people:
                    somebody.send(text.encode())
        finally:
            person.close()


if __name__ == "__main__":
    try:
        Hub("127.0.0.1", 7050).run()
    except KeyboardInterrupt:
        pass
