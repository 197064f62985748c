"""Listens on all interfaces (0.0.0.0).
variant: multi-user
model: threads
speaks: named_by=nobody author=client framing=none echo=true
"""
import socket
from threading import Lock, Thread


class Room:
    def __init__(self):
        self.members = set()
        self.guard = Lock()

    def publish(self, data):
        with self.guard:
            for member in list(self.members):
                try:
                    member.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    self.members.discard(member)


class Member(Thread):
    def __init__(self, room, conn):
        super().__init__(daemon=True)
        self.room, self.conn = room, conn

    def run(self):
        with self.room.guard:
            self.room.members.add(self.conn)
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
                self.room.members.discard(self.conn)
            self.conn.close()


def main():
    room = Room()
    with socket.create_server(("0.0.0.0", 9016)) as server:   # create_server sets SO_REUSEADDR itself
        while True:
            Member(room, server.accept()[0]).start()


if __name__ == "__main__":
    main()
