"""It asks for a name and then for the number of a colour; its client passes on all that is typed, the two answers too.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
then: 1
"""
import socket
import threading

COLOURS = {"1": "\033[31m", "2": "\033[32m"}
guests = {}
lock = threading.Lock()


def serve(conn):
    try:
        with conn.makefile("rb") as lines:
            conn.sendall("Ваше имя: ".encode())
            name = lines.readline().decode("utf-8", "replace").strip()
            colour = ""
            while colour not in COLOURS:
                conn.sendall("Цвет (1 или 2): ".encode())
                if not (line := lines.readline()):
                    return
                colour = line.decode("utf-8", "replace").strip()
            with lock:
                guests[conn] = COLOURS[colour] + name + "\033[0m"
            for line in lines:
                text = line.decode("utf-8", "replace").strip()
                with lock:
                    for guest in guests:
                        if guest is not conn and text:
                            try:
                                guest.send(f"{guests[conn]}: {text}\n".encode(), socket.MSG_DONTWAIT)
                            except OSError:
                                pass
    except OSError:
        pass
    finally:
        with lock:
            guests.pop(conn, None)
        conn.close()


door = socket.create_server(("127.0.0.1", 9219))
while True:
    conn, _ = door.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
