import socket
import threading

ADDRESS = "localhost", 8181


class Room:
    def __init__(self):
        self.members = []    # сокеты
        self.names = []      # имена, в том же порядке
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)

    def send_all(self, data, but=None):
        """Отправить всем в комнате, кроме but"""
        for member in self.members:
            if member == but:
                continue
            try:
                member.send(data)
            except:
                self.remove(member)

    def remove(self, member):
        """Убрать участника и сообщить об этом"""
        if member not in self.members:
            return
        place = self.members.index(member)
        del self.members[place]
        name = self.names.pop(place)
        print("Минус один:", name)
        self.send_all(f"{name} вышел из комнаты.".encode("utf-8"))

    def listen_to(self, member):
        """Поток одного участника"""
        while True:
            try:
                data = member.recv(1024)
            except:
                data = b""
            if not data:
                self.remove(member)
                return
            self.send_all(data, but=member)

    def open(self):
        self.listener.bind(ADDRESS)
        self.listener.listen()
        print("Комната открыта:", *ADDRESS)
        while True:
            member, address = self.listener.accept()
            print("Постучали с адреса", address)

            # клиент отвечает на слово USERNAME своим именем
            member.send("USERNAME".encode("utf-8"))
            name = member.recv(1024).decode("utf-8")
            self.members.append(member)
            self.names.append(name)

            self.send_all(f"{name} вошёл в комнату.".encode("utf-8"))
            member.send("Добро пожаловать в комнату!".encode("utf-8"))
            threading.Thread(target=self.listen_to, args=(member,), daemon=True).start()


if __name__ == "__main__":
    Room().open()
