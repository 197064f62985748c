"""Bare JSON objects, one after another with nothing between; each carries its author's name.
variant: multi-user
model: threads
speaks: named_by=nobody author=client framing=json
hello:
says: {"name": "{name}", "text": "{text}"}
"""
import codecs
import json
import socket
import threading

clients = []
lock = threading.Lock()


def send_all(message, author):
    data = json.dumps({"name": message["name"], "text": message["text"]}).encode()
    with lock:
        for client in clients:
            if client is not author:
                try:
                    if client.send(data, socket.MSG_DONTWAIT) < len(data):
                        client.shutdown(socket.SHUT_RDWR)   # half of it would spoil all that follows
                except OSError:
                    pass


def messages(client):
    """Объекты могут прийти склеенными или по частям, поэтому копим."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    buffer = ""
    while chunk := client.recv(4096):
        buffer += decoder.decode(chunk)
        while buffer:
            try:
                message, end = json.JSONDecoder().raw_decode(buffer)
            except json.JSONDecodeError:
                break
            buffer = buffer[end:].lstrip()
            yield message


def handle(client):
    with lock:
        clients.append(client)
    try:
        for message in messages(client):
            send_all(message, client)
    except (OSError, KeyError, TypeError):
        pass
    finally:
        with lock:
            clients.remove(client)
        client.close()


server = socket.create_server(("127.0.0.1", 9201))
while True:
    client, _ = server.accept()
    threading.Thread(target=handle, args=(client,), daemon=True).start()
