"""Two commands, /name and /say; a word without a command is passed on as a stranger's.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
hello: /name {name}
says: /say {text}
"""
import socket
import threading

people = {}
lock = threading.RLock()


def tell_others(me, line):
    with lock:
        for person in people:
            if person is not me:
                try:
                    person.send(line.encode() + b"\n", socket.MSG_DONTWAIT)
                except OSError:
                    pass


def listen_to(me):
    with lock:
        people[me] = "Кто-то"
    try:
        for raw in me.makefile("rb"):
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            command, _, rest = line.partition(" ")
            if command == "/name":
                with lock:
                    people[me] = rest
            elif command == "/say":
                tell_others(me, f"<{people[me]}> {rest}")
            else:
                tell_others(me, f"<Кто-то> {line}")
    except OSError:
        pass
    finally:
        with lock:
            del people[me]
        me.close()


door = socket.create_server(("127.0.0.1", 9209))
while True:
    someone, _ = door.accept()
    threading.Thread(target=listen_to, args=(someone,), daemon=True).start()
