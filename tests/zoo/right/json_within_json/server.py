"""JSON lines with an object within each; its client puts both together in one function.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=json-lines
hello: {"action": "join", "data": {"nick": "{name}"}}
says: {"action": "say", "data": {"text": "{text}"}}
"""
import json
import socket
import threading

guests = {}
lock = threading.Lock()


def tell(author, line):
    with lock:
        for guest in guests:
            if guest is not author:
                try:
                    guest.send(line.encode() + b"\n", socket.MSG_DONTWAIT)
                except OSError:
                    pass


def serve(conn):
    nick = ""
    try:
        for line in conn.makefile("rb"):
            try:
                message = json.loads(line.decode("utf-8", "replace"))
                action, data = message["action"], message["data"]
            except (ValueError, KeyError, TypeError):
                continue
            if action == "join":
                nick = str(data["nick"])
                with lock:
                    guests[conn] = nick
            elif action == "say" and nick and data["text"].strip():
                event = {"from": {"nick": nick}, "body": {"text": data["text"]}}
                tell(conn, json.dumps({"event": "message", "data": event}, ensure_ascii=False))
    except OSError:
        pass
    finally:
        with lock:
            guests.pop(conn, None)
        conn.close()


door = socket.create_server(("127.0.0.1", 9224))
while True:
    conn, _ = door.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
