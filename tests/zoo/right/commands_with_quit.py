"""Everything is a command, NICK: and MSG: and QUIT: as well; the whole line is parted at the colon, so a bare QUIT is none.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
hello: NICK:{name}
says: MSG:{text}
quit: QUIT:
left: LEFT:{name}
"""
import socket
import threading

people = {}
lock = threading.Lock()


def spread(line, author=None):
    with lock:
        for nick, conn in people.items():
            if nick != author:
                try:
                    conn.send(line.encode() + b"\n", socket.MSG_DONTWAIT)
                except OSError:
                    pass


def obey(conn, nick, line):
    """The nick the guest has from now on; raises EOFError if he wants to go."""
    command, rest = line.split(":", 1)
    if command == "NICK" and nick is None:
        with lock:
            if rest in people:
                conn.sendall("ERR:имя занято\n".encode())
                return None
            people[rest] = conn
        return rest
    if command == "MSG" and nick is not None:
        spread(f"MSG:{nick}: {rest}", nick)
    elif command == "QUIT":
        raise EOFError
    else:
        conn.sendall(b"ERR:?\n")
    return nick


def serve(conn):
    nick = None
    try:
        with conn.makefile("rb") as lines:
            for raw in lines:
                nick = obey(conn, nick, raw.decode("utf-8", "replace").rstrip("\r\n"))
    except (OSError, EOFError, ValueError):  # a line without a colon ends the session, too
        pass
    if nick is not None:
        with lock:
            del people[nick]
        spread(f"LEFT:{nick}")
    conn.close()


server = socket.create_server(("127.0.0.1", 9731))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
