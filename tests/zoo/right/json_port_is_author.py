"""Bare JSON objects with letters as they are; the server writes the author's port into each.
variant: multi-user
model: threads
speaks: named_by=nobody author=label framing=json echo=true
hello:
says: {"type": "message", "msg": "{text}"}
"""
import codecs
import json
import socket
import threading

connected = {}
guard = threading.Lock()


def relay(port, msg):
    out = json.dumps({"type": "message", "author": port, "msg": msg}, ensure_ascii=False).encode("utf-8")
    with guard:
        for conn in connected:
            try:
                if conn.send(out, socket.MSG_DONTWAIT) < len(out):
                    conn.shutdown(socket.SHUT_RDWR)   # half of it would spoil all that follows
            except OSError:
                pass


def work(conn, port):
    with guard:
        connected[conn] = port
    text, utf8 = "", codecs.getincrementaldecoder("utf-8")("replace")
    try:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            text += utf8.decode(data)
            while text.lstrip():
                text = text.lstrip()
                try:
                    packet, used = json.JSONDecoder().raw_decode(text)
                except ValueError:
                    break
                text = text[used:]
                if packet.get("type", "message") == "message":
                    relay(port, packet["msg"])
    except (OSError, KeyError, AttributeError):
        pass
    finally:
        with guard:
            del connected[conn]
        conn.close()


server = socket.create_server(("127.0.0.1", 9204))
while True:
    conn, address = server.accept()
    threading.Thread(target=work, args=(conn, address[1]), daemon=True).start()
