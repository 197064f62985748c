"""Server and client in one program, which asks in a menu what it is to be, and then for the port.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

present = {}
lock = threading.Lock()


def one_user(conn):
    stream = conn.makefile("rwb")
    name = ""
    try:
        name = stream.readline().decode("utf-8", "replace").strip()
        with lock:
            present[name] = conn
        while line := stream.readline():
            with lock:
                targets = [c for n, c in present.items() if n != name]
            for target in targets:
                try:
                    target.send(name.encode() + b": " + line, socket.MSG_DONTWAIT)
                except OSError:
                    pass
    except OSError:
        pass
    with lock:
        present.pop(name, None)
    try:
        stream.close()
    except OSError:
        pass
    conn.close()


def serve(port):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", port))
    server.listen(100)
    while True:
        conn, _ = server.accept()
        threading.Thread(target=one_user, args=(conn,), daemon=True).start()


def show(sock):
    while data := sock.recv(1024):
        print(data.decode("utf-8", "replace"), end="", flush=True)


def talk(port):
    sock = socket.create_connection(("127.0.0.1", port))
    threading.Thread(target=show, args=(sock,), daemon=True).start()
    while True:
        sock.sendall(input().encode() + b"\n")


print("1. Войти в чат (клиент)")
print("2. Запустить сервер")
try:
    chosen = input("Что делаем? ")
    number = int(input("Порт: "))
    if chosen == "2":
        serve(number)
    elif chosen == "1":
        talk(number)
except KeyboardInterrupt:
    print("до встречи")
