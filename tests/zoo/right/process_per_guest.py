"""Each guest has a process of his own; the parent waits for their pipes with multiprocessing.connection.wait and passes lines on.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
"""
import multiprocessing
import os
import queue
import socket
import threading
from multiprocessing.connection import wait


def guest(conn, pipe, others):
    for one in others:
        one.close()
    letters = queue.Queue(2000)

    def fetch():
        try:
            while True:
                letters.put_nowait(pipe.recv_bytes())
        except (EOFError, OSError, queue.Full):
            os._exit(0)

    def post():
        try:
            while True:
                conn.sendall(letters.get())
        except OSError:
            os._exit(0)

    threading.Thread(target=fetch, daemon=True).start()
    threading.Thread(target=post, daemon=True).start()
    try:
        for line in conn.makefile("rb"):
            text = line.decode("utf-8", "replace").strip()
            if text:
                pipe.send(text)
    except (OSError, KeyboardInterrupt):
        pass
    os._exit(0)


door = socket.create_server(("127.0.0.1", 9226))
names = {}
while True:
    for ready in wait([door, *names]):
        if ready is door:
            conn, _ = door.accept()
            here, there = multiprocessing.Pipe()
            others = [door, here, *names]
            process = multiprocessing.get_context("fork").Process(target=guest, args=(conn, there, others), daemon=True)
            process.start()
            conn.close()
            there.close()
            names[here] = ""
            continue
        try:
            text = ready.recv()
        except (EOFError, OSError):
            del names[ready]
            ready.close()
            continue
        if not names[ready]:
            names[ready] = text
            continue
        for other in names:
            if other is not ready and names[other]:
                try:
                    other.send_bytes(f"{names[ready]}: {text}\n".encode())
                except OSError:
                    pass
