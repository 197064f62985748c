"""A chat for two in turns, one thread, blocking calls; the name comes first.
variant: two-user
model: blocking
speaks: named_by=first-message author=server framing=lines turns=alternate
"""
import socket


def accept_pair(server):
    pair = []
    while len(pair) < 2:
        conn, _ = server.accept()
        lines = conn.makefile("rb")
        try:
            name = lines.readline().decode("utf-8", "replace").strip()
        except OSError:
            name = ""
        if name:
            pair.append((conn, lines, name))
    return pair


def talk(pair):
    turn = 0
    while True:
        _, lines, name = pair[turn]
        line = lines.readline()
        if not line:
            return
        pair[1 - turn][0].sendall(name.encode() + b": " + line)
        turn = 1 - turn


server = socket.create_server(("127.0.0.1", 9028))
while True:
    pair = accept_pair(server)
    try:
        talk(pair)
    except OSError as error:
        print("the pair broke up:", error)
    for conn, lines, _ in pair:
        lines.close()
        conn.close()
