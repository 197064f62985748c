"""On Ctrl-C it waits for every guest to leave of his own accord.
caught-by: stops-on-interrupt
may-also-fail: slow-reader
variant: multi-user
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


threads = []
server = socket.create_server(("127.0.0.1", 9026))
try:
    while True:
        conn, _ = server.accept()
        thread = threading.Thread(target=handler, args=(conn,), daemon=True)
        thread.start()
        threads.append(thread)
except KeyboardInterrupt:
    for thread in threads:
        thread.join()
finally:
    server.close()
