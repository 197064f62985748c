"""JSON on each line, the author being whoever spoke before.
caught-by: author-is-known
may-also-fail: names-kept, random-conversations
variant: multi-user
speaks: named_by=first-message author=server framing=json-lines
hello: {"type": "join", "username": "{name}"}
"""
import json
import socket
import threading
import time


class Room:
    def __init__(self):
        self.members = {}
        self.speaker = ""
        self.lock = threading.Lock()

    def broadcast(self, packet, skip):
        line = (json.dumps(packet) + "\n").encode()
        with self.lock:
            for conn in self.members:
                if conn is not skip:
                    try:
                        conn.send(line, socket.MSG_DONTWAIT)
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
                room.broadcast({"type": "message", "time": time.strftime("%H:%M:%S"), "username": room.speaker or name, "text": packet["text"]}, conn)
                room.speaker = name
    except (OSError, KeyError):
        pass
    finally:
        with room.lock:
            room.members.pop(conn, None)
        if name is not None:
            room.broadcast({"type": "system", "text": f"{name} вышел"}, conn)
        conn.close()


server = socket.create_server(("127.0.0.1", 9302))
while True:
    conn, _ = server.accept()
    threading.Thread(target=session, args=(conn,), daemon=True).start()
