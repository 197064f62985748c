"""The writing threads look into an empty queue without ever waiting.
caught-by: no-busy-loop
may-also-fail:
variant: multi-user
speaks: named_by=prompt author=server framing=lines echo=true
"""
import queue
import socket
import threading
import time

outboxes = {}
lock = threading.Lock()


def writer(conn, outbox):
    while True:
        if outbox.empty():
            time.sleep(0)   # пусть и другие потоки поработают
            continue
        data = outbox.get()
        if data is None:
            break
        try:
            conn.sendall(data)
        except OSError:
            break


def reader(conn):
    outbox = queue.Queue()
    stream = conn.makefile("rb")
    threading.Thread(target=writer, args=(conn, outbox), daemon=True).start()
    outbox.put("Ваше имя: ".encode())
    name = None
    try:
        for line in stream:
            text = line.decode("utf-8", "replace").strip()
            if name is None:
                name = text
                with lock:
                    outboxes[conn] = outbox
                continue
            with lock:
                for box in outboxes.values():
                    box.put(f"{name}: {text}\n".encode())
    except OSError:
        pass
    finally:
        with lock:
            outboxes.pop(conn, None)
        outbox.put(None)
        stream.close()
        conn.close()


def main():
    server = socket.create_server(("127.0.0.1", 9022))
    while True:
        conn, _ = server.accept()
        threading.Thread(target=reader, args=(conn,), daemon=True).start()


main()
