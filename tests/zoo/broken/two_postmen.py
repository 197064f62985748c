"""Two threads carry messages out of one queue, and one of them is slower.
caught-by: order-kept
may-also-fail:
variant: multi-user
speaks: named_by=nobody author=label framing=lines slow=0.05
"""
import queue
import socket
import threading
import time

letters = queue.Queue()
houses = {}


def postman(pause):
    while True:
        author, line = letters.get()
        time.sleep(pause)
        for house in list(houses):
            if house is not author:
                try:
                    house.sendall(line)
                except OSError:
                    pass


def collect(conn, address):
    lines = conn.makefile("rb")
    try:
        for line in lines:
            letters.put((conn, f"{address[0]}:{address[1]} ".encode() + line))
    except OSError:
        pass
    del houses[conn]
    lines.close()
    conn.close()


for pause in (0.0, 0.03):
    threading.Thread(target=postman, args=(pause,), daemon=True).start()
server = socket.create_server(("127.0.0.1", 9106))
while True:
    conn, address = server.accept()
    houses[conn] = address
    threading.Thread(target=collect, args=(conn, address), daemon=True).start()
