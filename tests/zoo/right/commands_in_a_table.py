"""HELLO, SAY and LIST are looked up in a table of functions; a line that is none of them gets an error back.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
hello: HELLO {name}
says: SAY {text}
"""
import socket
import threading

people = {}
lock = threading.Lock()


def put(conn, line):
    try:
        conn.send((line + "\r\n").encode(), socket.MSG_DONTWAIT)
    except OSError:
        pass


def hello(conn, nick):
    with lock:
        people[conn] = nick
    put(conn, "200 OK")


def say(conn, text):
    with lock:
        for other in people:
            if other is not conn and text:
                put(other, f"FROM {people.get(conn, '?')} {text}")


def who(conn, _):
    with lock:
        put(conn, "210 " + " ".join(people.values()))


COMMANDS = {"HELLO": hello, "SAY": say, "LIST": who}


def serve(conn):
    put(conn, "100 ready, HELLO <nick>")
    try:
        for raw in conn.makefile("rb"):
            verb, _, rest = raw.decode("utf-8", "replace").strip().partition(" ")
            if verb in COMMANDS:
                COMMANDS[verb](conn, rest.strip())
            elif verb:
                put(conn, "400 unknown command")
    except OSError:
        pass
    finally:
        with lock:
            people.pop(conn, None)
        conn.close()


door = socket.create_server(("127.0.0.1", 9218))
while True:
    client, _ = door.accept()
    threading.Thread(target=serve, args=(client,), daemon=True).start()
