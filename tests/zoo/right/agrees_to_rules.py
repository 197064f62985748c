"""After the name it asks whether the rules are agreed to, (да/нет); before a text stands the name and nothing but a blank.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
then: да
"""
import socket
import threading

guests = {}
lock = threading.Lock()


def agreed(conn, lines):
    conn.sendall("Правила: не ругаться. Согласны? (да/нет)\n".encode())
    for line in lines:
        answer = line.decode("utf-8", "replace").strip().lower()
        if answer in ("да", "нет"):
            return answer == "да"
        conn.sendall("Так да или нет?\n".encode())
    return False


def serve(conn):
    try:
        with conn.makefile("rb") as lines:
            conn.sendall("Введите имя:\n".encode())
            name = lines.readline().decode("utf-8", "replace").strip()
            if not agreed(conn, lines):
                return
            with lock:
                guests[conn] = name
            for line in lines:
                text = line.decode("utf-8", "replace").strip()
                with lock:
                    for guest in guests:
                        if guest is not conn and text:
                            try:
                                guest.send(f"{name} {text}\n".encode(), socket.MSG_DONTWAIT)
                            except OSError:
                                pass
    except OSError:
        pass
    finally:
        with lock:
            guests.pop(conn, None)
        conn.close()


door = socket.create_server(("127.0.0.1", 9220))
while True:
    conn, _ = door.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
