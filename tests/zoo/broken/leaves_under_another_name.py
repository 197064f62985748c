"""The one who leaves is announced under the name of whoever came first of those who are there.
caught-by: names-kept
may-also-fail:
variant: multi-user
speaks: named_by=prompt author=client framing=lines
"""
import socket
import threading

clients, names = [], []
lock = threading.Lock()


def tell(text, sender=None):
    with lock:
        others = [client for client in clients if client is not sender]
    for client in others:
        try:
            client.send(text, socket.MSG_DONTWAIT)
        except OSError:
            pass


def serve(client):
    stream = client.makefile("rb")
    try:
        client.sendall("Имя?\n".encode())
        name = stream.readline().decode("utf-8", "replace").strip()
        if not name:
            return
        with lock:
            clients.append(client)
            names.append(name)
        tell(f"{name} вошёл в чат\n".encode(), client)
        for line in stream:
            tell(line, client)
    except OSError:
        pass
    finally:
        if client in clients:
            with lock:
                clients.remove(client)
                name = names.pop(0)
            tell(f"{name} вышел из чата\n".encode())
        stream.close()
        client.close()


server = socket.create_server(("127.0.0.1", 9211))
while True:
    client, _ = server.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
