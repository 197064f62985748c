"""Wants the name as a command, NICK:anna, and says so to whoever forgets it.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines echo=true
hello: NICK:{name}
"""
import socket
import threading

clients = {}
lock = threading.Lock()


def broadcast(text):
    with lock:
        for client in clients:
            try:
                client.send((text + "\n").encode(), socket.MSG_DONTWAIT)
            except OSError:
                pass


def handle(client):
    nick = None
    try:
        client.sendall("Представьтесь: NICK:ваше_имя\n".encode())
        for raw in client.makefile("rb"):
            line = raw.decode("utf-8", "replace").strip()
            if line.startswith("NICK:"):
                nick = line[5:].strip()
                with lock:
                    clients[client] = nick
                broadcast(f"* {nick} присоединился к чату")
            elif line == "/quit":
                break
            elif nick is None:
                client.sendall("Сначала представьтесь\n".encode())
            else:
                broadcast(f"{nick}: {line}")
    except OSError:
        pass
    finally:
        with lock:
            clients.pop(client, None)
        try:
            client.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        client.close()
        if nick:
            broadcast(f"* {nick} покинул чат")


server = socket.create_server(("127.0.0.1", 9208))
while True:
    client, _ = server.accept()
    threading.Thread(target=handle, args=(client,), daemon=True).start()
