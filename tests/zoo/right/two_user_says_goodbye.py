"""A chat for two who speak in turns; /q ends the talk of both, and who stays is told that the other has left, but not his name.
variant: two-user
model: blocking
speaks: named_by=nobody author=unknown framing=lines turns=alternate
quit: /q
left: Собеседник вышел.
"""
import socket


def listen(lines):
    """A line of the one whose turn it is; "" when he has left, "/q" included."""
    try:
        line = lines.readline()
    except OSError:
        return ""
    return "" if line.strip() == "/q" else line


def talk(pair):
    files = [conn.makefile(encoding="utf-8", errors="replace", newline="\n") for conn in pair]
    turn = 0
    while line := listen(files[turn]):
        turn = 1 - turn
        try:
            pair[turn].sendall(line.encode())
        except OSError:
            break
    else:
        turn = 1 - turn
        try:
            pair[turn].sendall("Собеседник вышел.\n".encode())
        except OSError:
            pass
    for conn, file in zip(pair, files):
        file.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9734))
while True:
    talk([server.accept()[0], server.accept()[0]])
