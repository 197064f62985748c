"""JSON lines that say whom they are for; only "all" reaches everybody. Its commands are methods, found by getattr.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=json-lines
hello: {"type": "login", "nick": "{name}"}
says: {"type": "say", "nick": "{name}", "to": "all", "text": "{text}"}
"""
import json
import socket
import threading

room = {}
lock = threading.Lock()


class Guest:
    def __init__(self, conn):
        self.conn, self.nick = conn, None

    def on_login(self, message):
        self.nick = str(message.get("nick"))
        with lock:
            room[self.conn] = self.nick

    def on_say(self, message):
        to, line = message.get("to"), json.dumps({"from": self.nick, "text": message.get("text", "")}) + "\n"
        with lock:
            for other, nick in room.items():
                if other is not self.conn and self.nick and (to == "all" or to == nick):
                    try:
                        other.send(line.encode(), socket.MSG_DONTWAIT)
                    except OSError:
                        pass

    def run(self):
        try:
            for line in self.conn.makefile("rb"):
                try:
                    message = json.loads(line)
                    act = getattr(self, "on_" + message["type"])
                except (ValueError, KeyError, TypeError, AttributeError):
                    continue
                act(message)
        except OSError:
            pass
        finally:
            with lock:
                room.pop(self.conn, None)
            self.conn.close()


door = socket.create_server(("127.0.0.1", 9221))
while True:
    conn, _ = door.accept()
    threading.Thread(target=Guest(conn).run, daemon=True).start()
