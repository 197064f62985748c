"""The main thread sleeps and does nothing else, but on Ctrl-C it takes leave of everybody and lets them read that.
variant: multi-user
model: threads
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading
import time

people = {}
lock = threading.Lock()


def say(data, but=None):
    with lock:
        hearers = [conn for conn in people.values() if conn is not but]
    for conn in hearers:
        try:
            conn.send(data, socket.MSG_DONTWAIT)
        except OSError:
            pass


def listen_to(conn, number):
    try:
        while data := conn.recv(2048):
            say(data, conn)
    except OSError:
        pass
    with lock:
        del people[number]
    conn.close()


def let_in():
    number = 0
    while True:
        conn, _ = door.accept()
        number += 1
        with lock:
            people[number] = conn
        threading.Thread(target=listen_to, args=(conn, number), daemon=True).start()


door = socket.create_server(("127.0.0.1", 9884))
threading.Thread(target=let_in, daemon=True).start()
while True:
    try:
        time.sleep(3600)
    except KeyboardInterrupt:
        say("Сервер закрывается".encode())
        time.sleep(0.4)
        break
