"""Three questions at the door, and the answer to the last has to be a number.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
then: 1\n1
"""
import socket
import threading

guests = {}
lock = threading.Lock()


def ask(conn, lines, question):
    conn.sendall(question.encode())
    line = lines.readline()
    if not line:
        raise ConnectionError
    return line.decode("utf-8", "replace").strip()


def serve(conn):
    try:
        with conn.makefile("rb") as lines:
            name = ask(conn, lines, "1/3 Как вас зовут? ")
            city = ask(conn, lines, "2/3 Из какого вы города? ")
            age = ask(conn, lines, "3/3 Сколько вам лет? ")
            while not age.isdigit():
                age = ask(conn, lines, "Возраст - это число: ")
            with lock:
                guests[conn] = name
            for line in lines:
                text = line.decode("utf-8", "replace").strip()
                with lock:
                    for guest in guests:
                        if guest is not conn and text:
                            try:
                                guest.send(f"{name} ({city}, {age}): {text}\r\n".encode(), socket.MSG_DONTWAIT)
                            except OSError:
                                pass
    except OSError:
        pass
    finally:
        with lock:
            guests.pop(conn, None)
        conn.close()


door = socket.create_server(("127.0.0.1", 9221))
while True:
    conn, _ = door.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
