"""The client has commands, and the first word of a line is one of them: nothing to be said about it.
variant: multi-user
model: threads
speaks: named_by=nobody author=nobody framing=lines
"""
import socket
import threading

present = {}
lock = threading.Lock()


def pass_on(author, line):
    with lock:
        for conn in present.values():
            if conn is not author:
                try:
                    conn.send(line, socket.MSG_DONTWAIT)
                except OSError:
                    pass


def meet(number, conn):
    with conn, conn.makefile("rb") as lines:
        try:
            for line in lines:
                pass_on(conn, line)
        except OSError:
            pass
        with lock:
            del present[number]


door = socket.create_server(("127.0.0.1", 9242))
count = 0
while True:
    conn, _ = door.accept()
    count += 1
    with lock:
        present[count] = conn
    threading.Thread(target=meet, args=(count, conn), daemon=True).start()
