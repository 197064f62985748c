"""Keeps only the letters of an old encoding "so that every terminal can show them".
caught-by: four-byte-characters
may-also-fail:
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import socket
import threading

people = {}
mutex = threading.Lock()


def clean(text):
    return text.encode("cp1251", "ignore").decode("cp1251")


def tell(everybody, text):
    for conn in everybody:
        try:
            conn.send((text + "\n").encode("utf-8"), socket.MSG_DONTWAIT)
        except OSError:
            pass


def talk(conn):
    stream = conn.makefile("r", encoding="utf-8", errors="replace", newline="\n")
    try:
        conn.sendall(b"NAME?\n")
        name = clean(stream.readline()).strip()
        if not name:
            return
        with mutex:
            people[conn] = name
        for line in stream:
            with mutex:
                others = [other for other in people if other is not conn]
            tell(others, f"<{name}> {clean(line.rstrip())}")
    except OSError:
        pass
    finally:
        with mutex:
            people.pop(conn, None)
        stream.close()
        conn.close()


if __name__ == "__main__":
    listener = socket.create_server(("", 9103))
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=talk, args=(conn,), daemon=True).start()
