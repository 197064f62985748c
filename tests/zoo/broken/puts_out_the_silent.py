"""Whoever says nothing for four seconds is put out.
caught-by: silent-user
may-also-fail:
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import select
import socket
import threading

users = []
guard = threading.Lock()


def pass_on(author, data):
    with guard:
        others = [user for user in users if user is not author]
        for user in select.select([], others, [], 0)[1]:   # кто не успевает читать, пропускает
            try:
                user.send(data)
            except OSError:
                pass


def attend(user):
    user.settimeout(4)
    with guard:
        users.append(user)
    try:
        while data := user.recv(4096):
            pass_on(user, data)
    except OSError:     # сюда попадает и socket.timeout
        pass
    finally:
        with guard:
            users.remove(user)
        user.close()


with socket.create_server(("127.0.0.1", 9149)) as server:
    while True:
        user, _ = server.accept()
        threading.Thread(target=attend, args=(user,), daemon=True).start()
