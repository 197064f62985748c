"""A chat for two who speak in turns, in which the one who came second begins.
variant: two-user
model: blocking
speaks: named_by=nobody author=unknown framing=lines turns=alternate
"""
import socket

server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 9735))
server.listen(2)


def line_of(stream):
    try:
        return stream.readline()
    except OSError:
        return b""


while True:
    first, _ = server.accept()
    second, _ = server.accept()
    talkers = [(second, first), (first, second)]
    streams = {conn: conn.makefile("rb") for conn in (first, second)}
    over = False
    while not over:
        for speaker, hearer in talkers:
            line = line_of(streams[speaker])
            try:
                hearer.sendall(line)
            except OSError:
                line = b""
            if not line:
                over = True
                break
    for conn, stream in streams.items():
        stream.close()
        conn.close()
