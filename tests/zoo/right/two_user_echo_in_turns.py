"""Two speak in turns, and every piece read goes to both: also back to its author.
variant: two-user
model: blocking
speaks: named_by=nobody author=client framing=none echo=true turns=alternate
"""
import socket


def talk(pair):
    try:
        while True:
            for speaker in pair:
                data = speaker.recv(1024)
                if not data:
                    return
                for conn in pair:
                    conn.sendall(data)
    except OSError:
        pass


server = socket.create_server(("127.0.0.1", 9021))
print("Waiting for two...")
while True:
    pair = [server.accept()[0] for _ in range(2)]
    talk(pair)
    for conn in pair:
        conn.close()
