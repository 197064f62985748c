"""Asks for the name, and then to repeat it, as if it were a password.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
then: {name}
"""
import socket
import threading

present = {}
lock = threading.Lock()


def ask(conn, lines):
    while True:
        conn.sendall("Ваш ник: ".encode())
        first = lines.readline()
        conn.sendall("Ещё раз для надёжности: ".encode())
        second = lines.readline()
        if not second:
            return ""
        if first == second:
            return first.decode("utf-8", "replace").strip()
        conn.sendall("Не совпало!\n".encode())


def run(conn):
    lines = conn.makefile("rb")
    nick = ""
    try:
        nick = ask(conn, lines)
        if not nick:
            return
        conn.sendall("Принято\n".encode())
        with lock:
            present[conn] = nick
        for line in lines:
            data = nick.encode() + b": " + line
            with lock:
                for other in present:
                    if other is not conn:
                        try:
                            other.send(data, socket.MSG_DONTWAIT)
                        except OSError:
                            pass
    except OSError:
        pass
    finally:
        with lock:
            present.pop(conn, None)
        lines.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9211))
while True:
    conn, _ = server.accept()
    threading.Thread(target=run, args=(conn,), daemon=True).start()
