"""Takes the neighbour out of the list instead of the one who left.
caught-by: leave-quietly
may-also-fail: leave-abruptly, rejoin, random-conversations
variant: multi-user
speaks: named_by=nobody author=client framing=none echo=true
"""
import socket
from socket import MSG_DONTWAIT
from threading import Lock, Thread


class Room:
    def __init__(self):
        self.members = []
        self.guard = Lock()

    def publish(self, data):
        with self.guard:
            for member in list(self.members):
                try:
                    member.send(data, MSG_DONTWAIT)
                except OSError:
                    pass


class Member(Thread):
    def __init__(self, room, conn):
        super().__init__(daemon=True)
        self.room, self.conn = room, conn

    def run(self):
        with self.room.guard:
            self.room.members.append(self.conn)
        try:
            while True:
                data = self.conn.recv(2048)
                if data == b"":
                    break
                self.room.publish(data)
        except ConnectionError:
            print("lost", self.conn)
        finally:
            with self.room.guard:
                place = self.room.members.index(self.conn)
                self.room.members.pop((place + 1) % len(self.room.members))
            self.conn.close()


def main():
    room = Room()
    with socket.create_server(("127.0.0.1", 9001)) as server:   # create_server sets SO_REUSEADDR itself
        while True:
            Member(room, server.accept()[0]).start()


if __name__ == "__main__":
    main()
