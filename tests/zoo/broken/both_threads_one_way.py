"""A chat for two whose threads both relay from the first to the second.
caught-by: two-users-exchange
may-also-fail: author-is-known, leave-quietly, leave-abruptly, no-busy-loop, order-kept, long-message, odd-boundary, split-character
variant: two-user
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading


def relay(source, target):
    try:
        while data := source.recv(4096):
            target.sendall(data)
    except OSError:
        pass
    for sock in (source, target):
        try:
            sock.shutdown(socket.SHUT_RDWR)   # both directions end together
        except OSError:
            pass


def still_here(sock):
    try:
        return sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


server = socket.create_server(("127.0.0.1", 9027))
waiting = None
while True:
    conn, _ = server.accept()
    if waiting is None or not still_here(waiting):
        waiting = conn
        continue
    directions = [threading.Thread(target=relay, args=pair, daemon=True) for pair in ((waiting, conn), (waiting, conn))]
    for thread in directions:
        thread.start()
    for thread in directions:
        thread.join()
    waiting.close()
    conn.close()
    waiting = None
