"""A thread a guest, and a lock around sending: one who does not read stops everybody, newcomers too.
caught-by: slow-reader
may-also-fail:
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading

clients = []
lock = threading.Lock()


def broadcast(data, author):
    with lock:
        for client in clients:
            if client != author:
                try:
                    client.sendall(data)
                except OSError:
                    pass


def handle(client):
    while True:
        try:
            data = client.recv(1024)
        except OSError:
            break
        if not data:
            break
        broadcast(data, client)
    with lock:
        clients.remove(client)
    client.close()


server = socket.create_server(("127.0.0.1", 9206))
while True:
    client, address = server.accept()
    with lock:
        clients.append(client)
    threading.Thread(target=handle, args=(client,), daemon=True).start()
