"""Two users, one of them at the server's own keyboard, one thread: the guest speaks, the server's user answers, and so on.
variant: two-user
model: blocking
speaks: named_by=nobody author=label turns=alternate
"""
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("localhost", 12345))
server.listen(1)
print("Сервер запущен, ожидание подключения...")
while True:
    conn, addr = server.accept()
    print("Подключился", addr)
    try:
        while True:
            data = conn.recv(65536)
            if not data:
                break
            print("Клиент:", data.decode("utf-8", errors="replace"))
            conn.sendall(input("Вы: ").encode("utf-8"))
    except OSError as error:
        print("Связь оборвалась:", error)
    conn.close()
