"""The name is a line; after it, whatever one recv brings is a message.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines-out
hello: {name}\n
"""
import codecs
import socket
import threading

everyone = {}
lock = threading.Lock()


def read_name(conn):
    name = b""
    while not name.endswith(b"\n"):
        letter = conn.recv(1)
        if not letter:
            return ""
        name += letter
    return name.decode("utf-8", "replace").strip()


def shout(author, text):
    with lock:
        for conn in everyone:
            if conn is not author:
                try:
                    conn.send((text + "\n").encode(), socket.MSG_DONTWAIT)
                except OSError:
                    pass


def live(conn):
    name = ""
    try:
        conn.sendall("Введите имя: ".encode())
        name = read_name(conn)
        if not name:
            return
        with lock:
            everyone[conn] = name
        shout(conn, f"* {name} вошёл в чат")
        letters = codecs.getincrementaldecoder("utf-8")("replace")
        while data := conn.recv(32768):
            text = letters.decode(data)
            if text.strip():
                shout(conn, f"{name}: {text}")
    except OSError:
        pass
    finally:
        with lock:
            everyone.pop(conn, None)
        conn.close()
        if name:
            shout(None, f"* {name} вышел из чата")


server = socket.create_server(("127.0.0.1", 9213))
while True:
    conn, _ = server.accept()
    threading.Thread(target=live, args=(conn,), daemon=True).start()
