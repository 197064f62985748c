"""Who leaves is replaced by None in the list, and sending to None ends the speaker's own session.
caught-by: leave-quietly
may-also-fail: leave-abruptly, slow-reader, rejoin, random-conversations
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import socket
import threading

clients = []


def relay(number):
    conn = clients[number]
    try:
        while data := conn.recv(1024):
            for i in range(len(clients)):
                if i != number:
                    clients[i].sendall(data)
    except OSError:
        pass
    finally:
        clients[number] = None
        conn.close()


server = socket.create_server(("127.0.0.1", 9101))
while True:
    conn, address = server.accept()
    clients.append(conn)
    threading.Thread(target=relay, args=(len(clients) - 1,), daemon=True).start()
