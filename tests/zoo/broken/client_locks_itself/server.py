"""The server is right; its client waits for ever for a lock that it holds itself, as soon as something has come.
caught-by: own-clients-chat
variant: multi-user
"""
import socket
import threading

users = []
lock = threading.Lock()


def talk(conn):
    with lock:
        users.append(conn)
    stream = conn.makefile("rb")
    try:
        for line in stream:
            with lock:
                for user in users:
                    if user is not conn:
                        try:
                            user.send(line, socket.MSG_DONTWAIT)
                        except OSError:
                            pass
    except OSError:
        pass
    finally:
        with lock:
            users.remove(conn)
        stream.close()
        conn.close()


with socket.create_server(("127.0.0.1", 9241)) as door:
    while True:
        threading.Thread(target=talk, args=(door.accept()[0],), daemon=True).start()
