"""Nobody is heard twice before everybody else has spoken once: who only listens holds up all.
caught-by: silent-user
may-also-fail: author-is-known, slow-reader, order-kept, split-character, empty-message, random-conversations
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

names = {}
spoke = set()
turn = threading.Condition()


def next_round():
    if spoke >= set(names):
        spoke.clear()
        turn.notify_all()


def serve(conn):
    lines = conn.makefile("rb")
    try:
        name = lines.readline().decode("utf-8", "replace").strip()
        if not name:
            return
        with turn:
            names[conn] = name
        for line in lines:
            with turn:
                while conn in spoke and len(names) > 1:
                    turn.wait()
                for other in names:
                    if other is not conn:
                        try:
                            other.send(f"{name}: ".encode() + line, socket.MSG_DONTWAIT)
                        except OSError:
                            pass
                spoke.add(conn)
                next_round()
    except OSError:
        pass
    finally:
        with turn:
            names.pop(conn, None)
            spoke.discard(conn)
            next_round()
        lines.close()
        conn.close()


server = socket.create_server(("127.0.0.1", 9204))
while True:
    conn, _ = server.accept()
    threading.Thread(target=serve, args=(conn,), daemon=True).start()
