"""JSON on lines; {"type": "leave"} ends one's session, and an object that lacks what its type needs ends it, too. Names are unique.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=json-lines
hello: {"type": "join", "name": "{name}"}
says: {"type": "message", "name": "{name}", "text": "{text}"}
quit: {"type": "leave"}
"""
import json
import socket
import threading

users = {}
lock = threading.Lock()


def spread(author, **message):
    data = json.dumps(message, ensure_ascii=False).encode() + b"\n"
    with lock:
        for name, conn in users.items():
            if name != author:
                try:
                    conn.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    pass


def converse(conn, lines):
    name = None
    try:
        for line in lines:
            message = json.loads(line.decode("utf-8", "replace"))
            kind = message["type"]
            if kind == "join" and name is None:
                with lock:
                    if message["name"] in users:
                        continue
                    name = message["name"]
                    users[name] = conn
            elif kind == "leave":
                break
            elif kind == "message" and name is not None:
                spread(name, type="message", name=name, text=message["text"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    finally:
        if name is not None:
            with lock:
                del users[name]


def serve(conn):
    with conn, conn.makefile("rb") as lines:
        converse(conn, lines)


server = socket.create_server(("127.0.0.1", 9732))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
