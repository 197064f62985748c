"""A name once taken stays taken: who left cannot come back.
caught-by: rejoin
may-also-fail:
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading

room = {}
taken = set()
lock = threading.Lock()


def ask_name(conn, stream):
    conn.sendall("Как вас зовут?\n".encode())
    for line in stream:
        name = line.decode("utf-8", "replace").strip()
        with lock:
            if name and name not in taken:
                taken.add(name)
                room[conn] = name
                return name
        conn.sendall("Это имя занято, выберите другое.\n".encode())
    return None


def session(conn):
    stream = conn.makefile("rb")
    try:
        name = ask_name(conn, stream)
        for line in stream:
            with lock:
                others = [c for c in room if c is not conn]
            for other in others:
                try:
                    other.send(f"{name}: ".encode() + line, socket.MSG_DONTWAIT)
                except OSError:
                    pass
    except OSError:
        pass
    finally:
        with lock:
            room.pop(conn, None)
        stream.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9209))
while True:
    conn, _ = server.accept()
    threading.Thread(target=session, args=(conn,), daemon=True).start()
