"""First message is the name; /quit ends one's own session, with a farewell.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading

talkers = {}
lock = threading.Lock()


def spread(author, text):
    with lock:
        pairs = [c for c in talkers if c is not author]
        label = talkers[author]
    for conn in pairs:
        try:
            conn.send(f"({label}) {text}\n".encode(), socket.MSG_DONTWAIT)
        except OSError:
            pass


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
                    spread(conn, text)
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
