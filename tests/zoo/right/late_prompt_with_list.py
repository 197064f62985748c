"""The prompt comes late, with the clock and a list of who is there; the newcomer too is told that he has come.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines slow=0.05
"""
import socket
import threading
import time

here = {}
lock = threading.Lock()


def say(text, skip=None):
    with lock:
        for conn in here:
            if conn is not skip:
                try:
                    conn.send((text + "\n").encode(), socket.MSG_DONTWAIT)
                except OSError:
                    pass


def visitor(conn):
    name = ""
    try:
        time.sleep(0.05)
        with lock:
            people = ", ".join(here.values()) or "никого"
        conn.sendall(f"{time.strftime('%H:%M:%S')}. Сейчас в чате: {people}. Представьтесь: ".encode())
        lines = conn.makefile("rb")
        name = lines.readline().decode("utf-8", "replace").strip()
        if not name:
            return
        with lock:
            here[conn] = name
        say(f"{name} теперь с нами")
        conn.sendall(f"Добро пожаловать! На часах {time.strftime('%H:%M')}\n".encode())
        for line in lines:
            say(f"{name}: {line.decode('utf-8', 'replace').rstrip()}", skip=conn)
    except OSError:
        pass
    finally:
        with lock:
            here.pop(conn, None)
        if name:
            say(f"{name} больше не с нами")
        conn.close()


server = socket.create_server(("127.0.0.1", 9215))
while True:
    conn, _ = server.accept()
    threading.Thread(target=visitor, args=(conn,), daemon=True).start()
