"""The server's keyboard speaks to every client, each client only to the server's screen; lines, logged on stderr as well.
variant: two-user
model: threads
speaks: named_by=first-message author=server framing=lines
"""
import logging
import socket
import sys
import threading

logging.basicConfig(level=logging.INFO)
clients = {}


def attend(conn):
    try:
        with conn.makefile("r", encoding="utf-8", errors="replace", newline="\n") as lines:
            name = lines.readline().strip()
            if not name:
                return
            clients[conn] = name
            logging.info("%s joined", name)
            for line in lines:
                print(f"[{name}] {line.rstrip()}")
    except OSError as error:
        logging.info("lost: %s", error)
    finally:
        clients.pop(conn, None)
        conn.close()


def accept():
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=attend, args=(conn,), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 4040))
threading.Thread(target=accept, daemon=True).start()
for line in sys.stdin:
    for client in list(clients):
        try:
            client.sendall(b"server: " + line.encode(errors="replace"))
        except OSError:
            pass
