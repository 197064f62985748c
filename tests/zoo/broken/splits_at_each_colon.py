"""A command is split at every colon, so whoever has one in his text is thrown out.
caught-by: random-conversations
may-also-fail:
variant: multi-user
speaks: named_by=prompt author=server framing=lines
hello: NICK:{name}
says: MSG:{text}
"""
import socket
import threading

people = {}
lock = threading.Lock()


def tell_all(author, line):
    with lock:
        others = [conn for conn in people if conn is not author]
    for conn in others:
        try:
            conn.send((line + "\n").encode(), socket.MSG_DONTWAIT)
        except OSError:
            pass


def serve(conn):
    try:
        conn.sendall("Представьтесь: NICK:имя\n".encode())
        with conn.makefile("r", encoding="utf-8", errors="replace", newline="\n") as lines:
            for line in lines:
                line = line.rstrip("\r\n")
                if ":" not in line:
                    continue
                command, argument = line.split(":")
                if command == "NICK":
                    with lock:
                        people[conn] = argument
                elif command == "MSG" and conn in people:
                    tell_all(conn, f"{people[conn]}: {argument}")
    except (OSError, ValueError):
        pass
    finally:
        with lock:
            people.pop(conn, None)
        conn.close()


with socket.create_server(("127.0.0.1", 9148)) as server:
    while True:
        conn, _ = server.accept()
        threading.Thread(target=serve, args=(conn,), daemon=True).start()
