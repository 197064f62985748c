"""Of several lines in one recv only the first is passed on.
caught-by: order-kept
may-also-fail: slow-reader, glued-messages
variant: multi-user
speaks: named_by=first-message author=server framing=lines
"""
import socket
import threading
import time

talkers = {}
lock = threading.Lock()


def spread(author, text):
    with lock:
        pairs = [c for c in talkers if c is not author]
        label = talkers[author]
    for conn in pairs:
        try:
            conn.sendall(f"({label}) {text}\n".encode())
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
            if b"\n" in pending:
                line, pending = pending.split(b"\n")[0], b""
                text = line.decode("utf-8", "replace")
                if conn not in talkers:
                    with lock:
                        talkers[conn] = text
                elif text == "/quit":
                    conn.sendall("До встречи!\n".encode())
                    return
                else:
                    spread(conn, text)
                    time.sleep(0.02)   # saves it to the history
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
