"""NICK gives a name that is kept in one variable for everybody: the last one given stands before every text.
caught-by: author-is-known
may-also-fail: names-kept, random-conversations
variant: multi-user
speaks: named_by=prompt author=server framing=lines echo=true
hello: NICK:{name}
"""
import socket
import threading

clients = []
lock = threading.Lock()
nick = ""


def broadcast(text):
    with lock:
        for client in clients:
            try:
                client.send((text + "\n").encode(), socket.MSG_DONTWAIT)
            except OSError:
                pass


def handle(client):
    global nick
    try:
        client.sendall("Представьтесь: NICK:ваше_имя\n".encode())
        for raw in client.makefile("rb"):
            line = raw.decode("utf-8", "replace").strip()
            if line.startswith("NICK:"):
                nick = line[5:].strip()
                with lock:
                    clients.append(client)
            elif client in clients:
                broadcast(f"{nick}: {line}")
            else:
                client.sendall("Сначала представьтесь\n".encode())
    except OSError:
        pass
    finally:
        with lock:
            if client in clients:
                clients.remove(client)
        client.close()


server = socket.create_server(("127.0.0.1", 9308))
while True:
    client, _ = server.accept()
    threading.Thread(target=handle, args=(client,), daemon=True).start()
