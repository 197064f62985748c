"""The server is right; its client prints what comes without a newline and without flush, so a terminal shows it only after Enter.
caught-by: own-clients-chat
variant: multi-user
"""
import socket
import threading

members = []
lock = threading.Lock()


def serve(sock):
    with lock:
        members.append(sock)
    try:
        while data := sock.recv(4096):
            with lock:
                others = [other for other in members if other is not sock]
            for other in others:
                try:
                    other.send(data, socket.MSG_DONTWAIT)
                except OSError:
                    pass
    except OSError:
        pass
    with lock:
        members.remove(sock)
    sock.close()


with socket.create_server(("127.0.0.1", 9220)) as server:
    while True:
        sock, _ = server.accept()
        threading.Thread(target=serve, args=(sock,), daemon=True).start()
