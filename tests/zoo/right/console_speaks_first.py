"""Two users in turns, one of them at the server's own keyboard; he is asked for his name, and he speaks first.
variant: two-user
model: blocking
speaks: named_by=nobody author=nobody turns=alternate
"""
import socket

name = input("Введите ваше имя: ")
with socket.create_server(("127.0.0.1", 7788)) as server:
    while True:
        conn, _ = server.accept()
        with conn:
            try:
                while True:
                    conn.sendall(f"{name}: {input('> ')}".encode())
                    answer = conn.recv(65536)
                    if not answer:
                        break
                    print(answer.decode(errors="replace"))
            except OSError:
                print("собеседник пропал")
