"""The server is right; its client shows what comes, and forgets to send what was typed.
caught-by: own-clients-chat
variant: two-user
"""
import socket


def read(conn):
    try:
        return conn.recv(4096)
    except OSError:
        return b""


def write(conn, data):
    try:
        conn.sendall(data)
    except OSError:
        pass   # gone; noticed when it is that one's turn


server = socket.create_server(("127.0.0.1", 9209))
seats = []
while True:
    while len(seats) < 2:
        seats.append(server.accept()[0])
    speaker, listener = seats
    data = read(speaker)
    if data:
        write(listener, data)
        seats = [listener, speaker]
    else:
        speaker.close()
        seats = [listener]
