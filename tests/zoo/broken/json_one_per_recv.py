"""Takes each recv for one whole JSON object, so that two glued together are lost.
caught-by: order-kept
may-also-fail: long-message, odd-boundary
variant: multi-user
speaks: named_by=nobody author=client framing=json
"""
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
                    client.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    pass


def handle(client):
    with lock:
        clients.append(client)
    try:
        while data := client.recv(32768):
            try:
                send_all(json.loads(data.decode()), client)
            except (ValueError, KeyError, TypeError):
                print("не понял:", data[:100])
    except OSError:
        pass
    finally:
        with lock:
            clients.remove(client)
        client.close()


server = socket.create_server(("127.0.0.1", 9301))
while True:
    client, _ = server.accept()
    threading.Thread(target=handle, args=(client,), daemon=True).start()
