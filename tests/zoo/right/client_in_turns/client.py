import socket

conn = socket.create_connection(("127.0.0.1", 9210))
while True:
    conn.sendall(input("Вы: ").encode())
    answer = conn.recv(4096)
    if not answer:
        break
    print("Собеседник:", answer.decode())
