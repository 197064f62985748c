"""One thread asks the door and every guest in turn, and waits a moment for each; a guest is heard only when his turn comes.
variant: multi-user
model: select
speaks: named_by=nobody framing=none
"""
import socket

door = socket.create_server(("127.0.0.1", 9107))
door.settimeout(0.01)
present = []


def leaves(visitor):
    present.remove(visitor)
    visitor.close()


def tell(author, data):
    for visitor in list(present):
        if visitor is not author:
            try:
                visitor.sendall(data)
            except OSError:
                pass   # узнаем об этом, когда дойдёт очередь и до него


while True:
    try:
        newcomer, _ = door.accept()
        newcomer.settimeout(0.01)
        present.append(newcomer)
    except TimeoutError:
        pass
    for visitor in list(present):
        try:
            data = visitor.recv(4096)
        except TimeoutError:
            continue
        except OSError:
            data = b""
        if data:
            tell(visitor, data)
        else:
            leaves(visitor)
