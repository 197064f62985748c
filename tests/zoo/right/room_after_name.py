"""After the name it asks for a room; those in one room hear each other.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=none
then: 1
"""
import codecs
import socket
import threading

rooms = {}
lock = threading.Lock()


def spread(room, author, data):
    with lock:
        targets = [conn for conn in rooms.get(room, {}) if conn is not author]
    for conn in targets:
        try:
            conn.send(data, socket.MSG_DONTWAIT)
        except OSError:
            pass


def dialogue(conn):
    room = name = None
    try:
        conn.sendall("Как вас зовут?".encode())
        name = conn.recv(1024).decode("utf-8", "replace").strip()
        conn.sendall(f"{name}, в какую комнату пойдём?".encode())
        room = conn.recv(1024).decode("utf-8", "replace").strip()
        if not room:
            return
        with lock:
            rooms.setdefault(room, {})[conn] = name
        conn.sendall(f"Вы в комнате {room}".encode())
        utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        while data := conn.recv(65536):
            text = utf8.decode(data)
            if text:
                spread(room, conn, f"{name}: {text}".encode())
    except OSError:
        pass
    finally:
        with lock:
            rooms.get(room, {}).pop(conn, None)
        conn.close()


server = socket.create_server(("127.0.0.1", 9212))
while True:
    conn, _ = server.accept()
    threading.Thread(target=dialogue, args=(conn,), daemon=True).start()
