import socket

with socket.create_connection(("127.0.0.1", 9211)) as conn:
    while True:
        conn.sendall(input("Первый: ").encode())
        print("Второй:", conn.recv(4096).decode())
