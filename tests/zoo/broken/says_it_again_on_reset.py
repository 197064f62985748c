"""Whoever is cut off is quoted once more; a goodbye is no reset, although the author's own words come back to him a moment later.
caught-by: leave-abruptly
may-also-fail: random-conversations
variant: multi-user
speaks: named_by=nobody framing=none echo=true
"""
import socket
import threading
import time

listeners = []
door_lock = threading.Lock()


def pass_on(words, author):
    with door_lock:
        others = [one for one in listeners if one is not author]
    for one in others:
        try:
            one.sendall(words)
        except OSError:
            pass


def visit(conn):
    words = b""
    while True:
        try:
            heard = conn.recv(4096)
        except OSError:
            pass_on(words, conn)
            break
        if not heard:
            break
        words = heard
        pass_on(words, conn)
        time.sleep(0.02)
        try:
            conn.sendall(words)
        except OSError:
            pass
    with door_lock:
        listeners.remove(conn)
    conn.close()


house = socket.create_server(("127.0.0.1", 9108))
while True:
    conn, _ = house.accept()
    with door_lock:
        listeners.append(conn)
    threading.Thread(target=visit, args=(conn,), daemon=True).start()
