import socket

conn = socket.create_connection(("127.0.0.1", 9201))
conn.settimeout(0.2)
print("Вы в чате")
while True:
    conn.sendall(input("> ").encode())
    try:
        print(conn.recv(4096).decode())
    except TimeoutError:
        pass   # никто пока не ответил
