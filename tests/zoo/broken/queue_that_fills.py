"""Each guest has a queue of 64 places, and whoever speaks waits for a place in the queue of one who does not read.
caught-by: slow-reader
may-also-fail:
variant: multi-user
speaks: named_by=nobody author=client framing=json-lines
says: {"name": "{name}", "text": "{text}"}
"""

# Лабораторная 1, задание 4. Чат: каждое сообщение - строка JSON {"name": ..., "text": ...}
import json
import socket
import threading
from queue import Queue

HOST, PORT = "127.0.0.1", 9101

outboxes = {}            # сокет -> очередь на отправку
lock = threading.Lock()


def sender(conn, box):
    """Отдельный поток отправки, чтобы медленный клиент не тормозил чат"""
    while True:
        item = box.get()
        if item is None:
            return
        try:
            conn.sendall(item)
        except OSError:
            return


def send_all(packet, author):
    with lock:
        boxes = [b for c, b in outboxes.items() if c is not author]
    for b in boxes:
        b.put(packet)


def client_thread(conn):
    box = Queue(maxsize=64)      # чтобы память не кончилась
    with lock:
        outboxes[conn] = box
    threading.Thread(target=sender, args=(conn, box), daemon=True).start()
    rest = b""
    try:
        while True:
            data = conn.recv(4096)
            if not data:
                break
            rest += data
            while b"\n" in rest:
                line, rest = rest.split(b"\n", 1)
                try:
                    msg = json.loads(line.decode("utf-8"))
                    packet = {"name": str(msg["name"]), "text": str(msg["text"])}
                except (ValueError, KeyError, TypeError):
                    continue         # не наш формат
                send_all((json.dumps(packet, ensure_ascii=False) + "\n").encode("utf-8", "replace"), conn)
    except OSError:
        pass
    finally:
        with lock:
            del outboxes[conn]
        try:
            conn.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        conn.close()
        try:
            while True:
                box.get_nowait()
        except Exception:
            pass
        box.put(None)


srv = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
srv.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
srv.bind((HOST, PORT))
srv.listen(50)
print("JSON-чат запущен", flush=True)
try:
    while True:
        c, a = srv.accept()
        threading.Thread(target=client_thread, args=(c,), daemon=True).start()
except KeyboardInterrupt:
    print("Остановлен")
