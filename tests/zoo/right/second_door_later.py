"""It listens on IPv4 and, a moment later, on IPv6, with a thread at each door; people have numbers.
variant: multi-user
model: threads
speaks: named_by=nobody author=label framing=lines number=1
"""
import itertools
import socket
import threading
import time

guests = {}
lock = threading.Lock()
numbers = itertools.count(1)


def serve(conn):
    number = next(numbers)
    with lock:
        guests[conn] = number
    try:
        for line in conn.makefile("rb"):
            text = line.decode("utf-8", "replace").strip()
            with lock:
                for guest in guests:
                    if guest is not conn and text:
                        try:
                            guest.send(f"гость {number}: {text}\n".encode(), socket.MSG_DONTWAIT)
                        except OSError:
                            pass
    except OSError:
        pass
    finally:
        with lock:
            del guests[conn]
        conn.close()


def stand(door):
    while True:
        conn, _ = door.accept()
        threading.Thread(target=serve, args=(conn,), daemon=True).start()


doors = [socket.create_server(("127.0.0.1", 9225))]
time.sleep(0.02)
try:
    doors.append(socket.create_server(("::1", 9225), family=socket.AF_INET6))
except OSError:
    pass
threads = [threading.Thread(target=stand, args=(door,), daemon=True) for door in doors]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
