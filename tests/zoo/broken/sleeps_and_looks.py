"""One thread without threads or select: it sleeps and looks at every non-blocking socket in turn.
caught-by: concurrency-model
may-also-fail:
variant: multi-user
speaks: named_by=nobody author=client framing=none slow=0.02
"""
import socket
import time

server = socket.create_server(("127.0.0.1", 9111))
server.setblocking(False)
clients = []

while True:
    try:
        conn, _ = server.accept()
        conn.setblocking(False)
        clients.append(conn)
    except BlockingIOError:
        pass
    for conn in clients[:]:
        try:
            data = conn.recv(4096)
        except BlockingIOError:
            continue
        except OSError:
            data = b""
        if not data:
            clients.remove(conn)
            conn.close()
            continue
        for other in clients:
            if other is not conn:
                try:
                    other.sendall(data)
                except OSError:
                    pass
    time.sleep(0.02)
