"""Whoever leaves is put on a list, and all on that list are removed: with the second one to leave, the first is removed again.
caught-by: random-conversations
may-also-fail: slow-reader, gone-are-forgotten, rejoin, names-kept, leave-mid-handshake, quit-word
variant: multi-user
speaks: named_by=prompt author=client framing=none
"""
import socket
from threading import Lock, Thread

conns = []
gone = []
guard = Lock()


def chat(conn):
    try:
        conn.sendall(b"nickname")
        nickname = conn.recv(1024)
    except OSError:
        nickname = b""
    if not nickname:
        conn.close()
        return
    with guard:
        conns.append(conn)
    try:
        while True:
            try:
                message = conn.recv(1 << 14)
            except OSError:
                break
            if not message:
                break
            with guard:
                for other in conns:
                    if other is not conn:
                        other.sendall(message)   # кто ушёл, того в списке уже нет
    finally:
        conn.close()
        with guard:
            gone.append(conn)
            for one in gone:
                conns.remove(one)


sock = socket.socket()
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.bind(("127.0.0.1", 9108))
sock.listen(100)
while True:
    Thread(target=chat, args=sock.accept()[:1], daemon=True).start()
