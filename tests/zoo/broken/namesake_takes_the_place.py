"""Who may speak is found by his name, and a namesake takes the place of the one who had it: he hears nobody any more.
caught-by: namesakes
may-also-fail:
variant: multi-user
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
                people[name] = conn
            for line in stream:
                send_to_all(line, name)
    except OSError:
        pass
    finally:
        with lock:
            people.pop(name, None)
        stream.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9231))
while True:
    conn, _ = server.accept()
    threading.Thread(target=session, args=(conn,), daemon=True).start()
