"""Each message gets a thread of its own, and they do not wait for each other.
caught-by: order-kept
may-also-fail: glued-messages
variant: multi-user
speaks: named_by=first-message author=server framing=lines slow=0.05
"""
import itertools
import socket
import threading
import time

talkers = {}
lock = threading.Lock()
numbers = itertools.count()


def spread(author, text):
    with lock:
        pairs = [c for c in talkers if c is not author]
        label = talkers.get(author, "?")
    for conn in pairs:
        try:
            conn.sendall(f"({label}) {text}\n".encode())
        except OSError:
            pass


def spread_later(author, text):
    time.sleep((3 - next(numbers) % 4) / 40)   # looks up the time, the mood, ...: now longer, now shorter
    spread(author, text)


def handler(conn):
    pending = b""
    try:
        while True:
            piece = conn.recv(1024)
            if not piece:
                break
            pending += piece
            while b"\n" in pending:
                line, _, pending = pending.partition(b"\n")
                text = line.decode("utf-8", "replace")
                if conn not in talkers:
                    with lock:
                        talkers[conn] = text
                elif text == "/quit":
                    conn.sendall("До встречи!\n".encode())
                    return
                else:
                    threading.Thread(target=spread_later, args=(conn, text), daemon=True).start()
    except OSError:
        pass
    finally:
        with lock:
            talkers.pop(conn, None)
        conn.close()


server = socket.create_server(("127.0.0.1", 9026))
try:
    while True:
        conn, _ = server.accept()
        threading.Thread(target=handler, args=(conn,), daemon=True).start()
except KeyboardInterrupt:
    pass
finally:
    server.close()
