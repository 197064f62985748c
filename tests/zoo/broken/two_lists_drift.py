"""Names and sockets in two lists; who leaves is taken out of one, and the others move up into foreign names.
caught-by: names-kept
may-also-fail: random-conversations
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading

clients, nicknames = [], []
lock = threading.Lock()


def broadcast(line, sender):
    with lock:
        nickname = nicknames[clients.index(sender)]
        others = [client for client in clients if client is not sender]
    for client in others:
        try:
            client.send(nickname.encode() + b": " + line, socket.MSG_DONTWAIT)
        except OSError:
            pass


def handle(client):
    stream = client.makefile("rb")
    entered = False
    try:
        client.sendall(b"NICKNAME\n")
        nickname = stream.readline().decode("utf-8", "replace").strip()
        if nickname:
            with lock:
                clients.append(client)
                nicknames.append(nickname)
            entered = True
            for line in stream:
                broadcast(line, client)
    except OSError:
        pass
    if entered:
        with lock:
            clients.remove(client)
    stream.close()
    client.close()


server = socket.create_server(("127.0.0.1", 9210))
while True:
    client, _ = server.accept()
    threading.Thread(target=handle, args=(client,), daemon=True).start()
