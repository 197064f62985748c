"""A bounded queue for each guest: what does not fit is lost for him alone.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
"""
import queue
import socket
import threading

boxes = {}
lock = threading.Lock()


def deliver(conn, box):
    while (data := box.get()) is not None:
        try:
            conn.sendall(data)
        except OSError:
            return


def put(box, data):
    try:
        box.put_nowait(data)
    except queue.Full:
        pass


def serve(conn):
    box = queue.Queue(300)
    stream = conn.makefile("rb")
    threading.Thread(target=deliver, args=(conn, box), daemon=True).start()
    try:
        name = stream.readline().strip()
        if name:
            with lock:
                boxes[conn] = box
            for line in stream:
                with lock:
                    for other, its_box in boxes.items():
                        if other is not conn:
                            put(its_box, name + b": " + line)
    except OSError:
        pass
    finally:
        with lock:
            boxes.pop(conn, None)
        stream.close()
        try:
            conn.shutdown(socket.SHUT_RDWR)   # wakes the one who delivers, should it wait for somebody who does not read
        except OSError:
            pass
        put(box, None)
        conn.close()


server = socket.create_server(("127.0.0.1", 9301))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
