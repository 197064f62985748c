"""Server and client in one program, which is told on its command line which to be, and else only says how to start it.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
"""
import contextlib
import queue
import socket
import sys
import threading

ADDRESS = ("127.0.0.1", 9882)
USAGE = "one of: serve, connect"
boxes = {}
guard = threading.Lock()


def post(line, but):
    with guard:
        for box in boxes:
            if box is not but:
                box.put(line)


def writer(conn, box):
    with contextlib.suppress(OSError):
        while (line := box.get()) is not None:
            conn.sendall(line)


def member(conn):
    box = queue.Queue()
    threading.Thread(target=writer, args=(conn, box), daemon=True).start()
    with contextlib.suppress(OSError), conn, conn.makefile("rb") as lines:
        if name := lines.readline().strip():
            with guard:
                boxes[box] = name
            for line in lines:
                if line.strip():
                    post(name + b"> " + line.rstrip(b"\r\n") + b"\n", box)
    with guard:
        boxes.pop(box, None)
    box.put(None)


def serve():
    with socket.create_server(ADDRESS, backlog=64) as door:
        while True:
            threading.Thread(target=member, args=(door.accept()[0],), daemon=True).start()


def read(conn):
    for line in conn.makefile("r", encoding="utf-8"):
        print(line, end="", flush=True)


def connect():
    with socket.create_connection(ADDRESS) as conn:
        threading.Thread(target=read, args=(conn,), daemon=True).start()
        for line in sys.stdin:
            conn.sendall(line.encode())


def main(words):
    match words:
        case ["serve"]:
            serve()
        case ["connect"]:
            connect()
        case _:
            sys.exit(USAGE)


try:
    main(sys.argv[1:])
except KeyboardInterrupt:
    print()
