"""Once everybody has left, the room is closed: whoever comes later is heard by nobody.
caught-by: random-conversations
may-also-fail:
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading


class Room:
    def __init__(self):
        self.members = []
        self.open = True
        self.lock = threading.Lock()

    def add(self, conn):
        with self.lock:
            self.members.append(conn)

    def remove(self, conn):
        with self.lock:
            self.members.remove(conn)
            if len(self.members) == 0:
                self.open = False   # все разошлись, чат окончен

    def send(self, author, data):
        with self.lock:
            if not self.open:
                return
            for conn in self.members:
                if conn is not author:
                    try:
                        conn.send(data, socket.MSG_DONTWAIT)
                    except OSError:
                        pass


def listen_to(conn, room):
    room.add(conn)
    try:
        while True:
            data = conn.recv(4096)
            if not data:
                break
            room.send(conn, data)
    except OSError:
        pass
    finally:
        room.remove(conn)
        conn.close()


room = Room()
with socket.create_server(("127.0.0.1", 9106)) as server:
    while True:
        conn, addr = server.accept()
        threading.Thread(target=listen_to, args=(conn, room), daemon=True).start()
