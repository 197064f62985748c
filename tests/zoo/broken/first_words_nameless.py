"""The name stands before all that somebody says but his first words.
caught-by: author-is-known
may-also-fail: names-kept, random-conversations
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading

chatters = {}
latch = threading.Lock()


def deliver(text, author):
    with latch:
        readers = [conn for conn in chatters if conn is not author]
    for reader in readers:
        try:
            reader.send((text + "\n").encode(), socket.MSG_DONTWAIT)
        except OSError:
            pass


def chatter(conn):
    incoming = conn.makefile("r", encoding="utf-8", errors="replace", newline="\n")
    label = ""  # filled in too late
    try:
        conn.sendall("Кто вы? ".encode())
        name = incoming.readline().strip()
        if not name:
            return
        with latch:
            chatters[conn] = name
        for line in incoming:
            deliver(label + line.rstrip("\r\n"), conn)
            label = f"{chatters[conn]}> "
    except OSError:
        pass
    finally:
        with latch:
            chatters.pop(conn, None)
        incoming.close()
        conn.close()


with socket.create_server(("127.0.0.1", 9887)) as entrance:
    while True:
        conn, _ = entrance.accept()
        threading.Thread(target=chatter, args=(conn,), daemon=True).start()
