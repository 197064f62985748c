import socket
import threading

if input("Пароль: ") != "котики":
    raise SystemExit("Неверный пароль")
conn = socket.create_connection(("127.0.0.1", 9217))
threading.Thread(target=lambda: [print(conn.recv(1024).decode()) for _ in iter(int, 1)], daemon=True).start()
while True:
    conn.sendall(input().encode())
