"""The word that should end one guest's session ends the server.
caught-by: quit-word
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines quit=/exit
"""
import os
import socket
import threading

talkers = {}
lock = threading.Lock()


def serve(conn):
    stream = conn.makefile("rb")
    try:
        name = stream.readline().decode("utf-8", "replace").strip()
        if name:
            with lock:
                talkers[conn] = name
            for line in stream:
                text = line.decode("utf-8", "replace").strip()
                if text == "/exit":
                    print(name, "выходит")
                    conn.close()
                    os._exit(0)
                with lock:
                    others = [c for c in talkers if c is not conn]
                for other in others:
                    try:
                        other.send(f"{name}: {text}\n".encode(), socket.MSG_DONTWAIT)
                    except OSError:
                        pass
    except OSError:
        pass
    with lock:
        talkers.pop(conn, None)
    stream.close()
    conn.close()


server = socket.create_server(("127.0.0.1", 9214))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
