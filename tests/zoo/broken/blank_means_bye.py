"""Whoever sends nothing but blanks is taken to have left.
caught-by: empty-message
may-also-fail:
variant: multi-user
speaks: named_by=prompt author=client framing=none
"""
import socket
import threading

users = []
lock = threading.Lock()


def serve(sock):
    try:
        sock.sendall("Как тебя зовут? ".encode())
        name = sock.recv(1024)
        if not name:
            return
        with lock:
            users.append(sock)
        while True:
            data = sock.recv(8192)
            if not data.strip():
                print(name, "вышел")
                break
            with lock:
                for other in users:
                    if other != sock:
                        try:
                            other.send(data, socket.MSG_DONTWAIT)
                        except OSError:
                            pass
    except OSError:
        print("связь потеряна")
    finally:
        with lock:
            if sock in users:
                users.remove(sock)
        sock.close()


main = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
main.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
main.bind(("localhost", 9105))
main.listen(10)
while True:
    sock, address = main.accept()
    threading.Thread(target=serve, args=(sock,), daemon=True).start()
