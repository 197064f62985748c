"""The accept loop reads the name, and an error there ends the whole server.
caught-by: leave-mid-handshake
may-also-fail: silent-newcomer
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading

people = {}
lock = threading.Lock()


def listen_to(conn, stream, name):
    try:
        for line in stream:
            with lock:
                others = [c for c in people if c is not conn]
            for other in others:
                try:
                    other.send(f"<{name}> ".encode() + line, socket.MSG_DONTWAIT)
                except OSError:
                    pass
    except OSError:
        pass
    with lock:
        people.pop(conn)
    stream.close()
    conn.close()


server = socket.create_server(("127.0.0.1", 9208))
while True:
    conn, address = server.accept()
    conn.sendall("Введите имя: ".encode())
    stream = conn.makefile("rb")
    name = stream.readline().decode("utf-8", "replace").strip()
    if not name:
        stream.close()
        conn.close()
        continue
    with lock:
        people[conn] = name
    threading.Thread(target=listen_to, args=(conn, stream, name), daemon=True).start()
