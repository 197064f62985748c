"""With whoever leaves, the last of the others to have spoken is forgotten too, and his next words are taken for a name.
caught-by: random-conversations
may-also-fail:
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import select
import socket

listener = socket.create_server(("127.0.0.1", 9107))
names = {}     # сокет -> имя
unread = {}    # сокет -> начало строки
speakers = []  # кто говорил последним, тот в конце


def say(author, text):
    for conn in list(names):
        if conn is not author:
            try:
                conn.send(f"{names[author]}: {text}\n".encode(), socket.MSG_DONTWAIT)
            except OSError:
                pass


def gone(conn):
    unread.pop(conn, None)
    if conn in speakers:
        speakers.remove(conn)
    if names.pop(conn, None) and speakers:
        del names[speakers.pop()]
    conn.close()


while True:
    for conn in select.select([listener, *unread], [], [])[0]:
        if conn is listener:
            unread[listener.accept()[0]] = b""
            continue
        try:
            data = conn.recv(4096)
        except OSError:
            data = b""
        if not data:
            gone(conn)
            continue
        *lines, unread[conn] = (unread[conn] + data).split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace").strip()
            if conn in names:
                if conn in speakers:
                    speakers.remove(conn)
                speakers.append(conn)
                say(conn, text)
            else:
                names[conn] = text
