"""Two users, one of them at the server's own keyboard; what he types is printed and never sent.
caught-by: two-users-exchange
may-also-fail:
variant: two-user
speaks: named_by=nobody author=label
"""
import socket
import threading


def listen():
    while True:
        conn, _ = server.accept()
        try:
            while data := conn.recv(65536):
                print("Клиент:", data.decode(errors="replace"))
        except OSError:
            pass
        conn.close()


server = socket.create_server(("localhost", 12346))
threading.Thread(target=listen, daemon=True).start()
while True:
    print("Вы сказали:", input())
