import socket
import threading


def listen(conn):
    while True:
        try:
            print(conn.recv(1024).decode("ascii"))
        except:
            print("Соединение потеряно")
            conn.close()
            break


conn = socket.create_connection(("127.0.0.1", 9204))
threading.Thread(target=listen, args=(conn,), daemon=True).start()
while True:
    try:
        conn.send(input().encode())
    except OSError:
        print("Не отправлено")
