import socket

with socket.create_connection(("127.0.0.1", 9211)) as conn:
    while True:
        print("Первый:", conn.recv(4096).decode())
        conn.sendall(input("Второй: ").encode())
