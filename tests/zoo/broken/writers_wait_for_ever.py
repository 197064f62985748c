"""Each guest has a thread that sends what lies in his queue, and nobody tells it that he has left.
caught-by: gone-are-forgotten
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import queue
import socket
import threading

boxes = {}
lock = threading.Lock()


def write(conn, box):
    while True:
        data = box.get()
        try:
            conn.sendall(data)
        except OSError:
            pass


def read(conn):
    box = queue.Queue()
    stream = conn.makefile("rb")
    threading.Thread(target=write, args=(conn, box), daemon=True).start()
    try:
        name = stream.readline().strip()
        if name:
            with lock:
                boxes[conn] = box
            for line in stream:
                with lock:
                    others = [b for c, b in boxes.items() if c is not conn]
                for other in others:
                    other.put(name + b": " + line)
    except OSError:
        pass
    with lock:
        boxes.pop(conn, None)
    stream.close()
    conn.close()


server = socket.create_server(("127.0.0.1", 9213))
while True:
    conn, _ = server.accept()
    threading.Thread(target=read, args=(conn,), daemon=True).start()
