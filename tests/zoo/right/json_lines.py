"""A JSON object on each line: first one that joins, then messages. The server adds the author and the time.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=json-lines
hello: {"type": "join", "username": "{name}"}
says: {"type": "message", "username": "{name}", "text": "{text}"}
"""
import json
import socket
import threading
import time


class Room:
    def __init__(self):
        self.members = {}
        self.lock = threading.Lock()

    def broadcast(self, packet, skip):
        line = (json.dumps(packet) + "\n").encode()
        with self.lock:
            for conn in self.members:
                if conn is not skip:
                    try:
                        if conn.send(line, socket.MSG_DONTWAIT) < len(line):
                            conn.shutdown(socket.SHUT_RDWR)   # half of it would spoil all that follows
                    except OSError:
                        pass


room = Room()


def session(conn):
    name = None
    try:
        for line in conn.makefile("r", encoding="utf-8", errors="replace"):
            try:
                packet = json.loads(line)
                kind = packet["type"]
            except (ValueError, KeyError, TypeError):
                conn.sendall(b'{"type": "error", "text": "bad packet"}\n')
                continue
            if kind == "join" and name is None:
                name = packet["username"]
                with room.lock:
                    room.members[conn] = name
                room.broadcast({"type": "system", "text": f"{name} присоединился"}, conn)
            elif kind == "message" and name is not None:
                room.broadcast({"type": "message", "time": time.strftime("%H:%M:%S"), "username": name, "text": packet["text"]}, conn)
    except (OSError, KeyError):
        pass
    finally:
        with room.lock:
            room.members.pop(conn, None)
        if name is not None:
            room.broadcast({"type": "system", "text": f"{name} вышел"}, conn)
        conn.close()


server = socket.create_server(("127.0.0.1", 9202))
while True:
    conn, _ = server.accept()
    threading.Thread(target=session, args=(conn,), daemon=True).start()
