"""Who leaves stays in the list; the second send to him fails and ends the speaker's session.
caught-by: leave-quietly
may-also-fail: leave-abruptly, slow-reader, leave-mid-handshake, rejoin, random-conversations
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

users = {}
lock = threading.Lock()


def session(conn):
    name = None
    reader = conn.makefile("rb")
    try:
        name = reader.readline().decode("utf-8", "replace").strip()
        with lock:
            users[conn] = name
        for line in reader:
            text = line.decode("utf-8", "replace").rstrip("\n")
            with lock:
                others = [c for c in users if c is not conn]
            for other in others:
                other.sendall(f"{name} > {text}\n".encode())
    except OSError:
        pass
    finally:
        reader.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9006))
print("ready")
while True:
    conn, _ = server.accept()
    threading.Thread(target=session, args=(conn,), daemon=True).start()
