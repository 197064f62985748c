"""Two users, one of them at the server's own keyboard, each read by a thread; names are exchanged first, and what is typed is printed too.
variant: two-user
model: threads
speaks: named_by=prompt author=server
"""
import socket
import threading


def listen(conn, name):
    try:
        while data := conn.recv(65536):
            print(f"{name}: {data.decode(errors='replace')}")
    except OSError:
        pass
    print(name, "вышел из чата")
    conn.close()


sock = socket.socket()
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.bind(("127.0.0.1", 5060))
sock.listen(1)
conn, address = sock.accept()
me = input("Enter your name: ")
conn.send(b"What is your name?")
friend = conn.recv(1024).decode()
print(friend, "is here")
threading.Thread(target=listen, args=(conn, friend), daemon=True).start()
while True:
    text = input()
    print("You:", text)
    try:
        conn.sendall(f"[{me}] {text}".encode())
    except OSError:
        print("никого нет")
