"""Each guest has a queue of his own; whose queue is full has not read for a long time, and is let go.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
"""
import queue
import socket
import threading

ROOM_FOR = 256
boxes = {}
guard = threading.Lock()


def post(line, but=None):
    with guard:
        for conn, box in list(boxes.items()):
            if conn is but:
                continue
            try:
                box.put_nowait(line)
            except queue.Full:
                del boxes[conn]
                conn.shutdown(socket.SHUT_RDWR)


def carry(conn, box):
    try:
        while (line := box.get()) is not None:
            conn.sendall(line)
    except OSError:
        pass


def attend(conn):
    box = queue.Queue(ROOM_FOR)
    threading.Thread(target=carry, args=(conn, box), daemon=True).start()
    lines = conn.makefile("rb")
    try:
        conn.sendall("Как вас зовут? ".encode())
        name = lines.readline().decode("utf-8", "replace").strip()
        if name:
            with guard:
                boxes[conn] = box
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                post(f"<{name}> ".encode() + line, conn)
    except OSError:
        pass
    with guard:
        boxes.pop(conn, None)
    lines.close()
    conn.close()
    while not box.empty():
        box.get()
    box.put(None)


with socket.create_server(("127.0.0.1", 9885)) as door:
    while True:
        visitor, _ = door.accept()
        threading.Thread(target=attend, args=(visitor,), daemon=True).start()
