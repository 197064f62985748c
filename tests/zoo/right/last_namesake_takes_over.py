"""Whoever gives a name that is taken takes it over, and the one who had it is put out: it may be he himself, from another computer.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading

people = {}
lock = threading.Lock()


def send_to_all(line, author):
    with lock:
        others = [conn for name, conn in people.items() if name != author]
    for other in others:
        try:
            other.send(f"{author}> ".encode() + line, socket.MSG_DONTWAIT)
        except OSError:
            pass


def session(conn):
    stream = conn.makefile("rb")
    name = ""
    try:
        conn.sendall("Ваше имя:\n".encode())
        name = stream.readline().decode("utf-8", "replace").strip()
        if name:
            with lock:
                former = people.get(name)
                people[name] = conn
            if former:
                former.shutdown(socket.SHUT_RDWR)
            for line in stream:
                send_to_all(line, name)
    except OSError:
        pass
    finally:
        with lock:
            if people.get(name) is conn:
                del people[name]
        stream.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9233))
while True:
    conn, _ = server.accept()
    threading.Thread(target=session, args=(conn,), daemon=True).start()
