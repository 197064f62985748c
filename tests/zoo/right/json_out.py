"""Reads plain text, the first of it the name; what it sends are JSON objects with every Russian letter as a number.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=json-out echo=true
"""
import codecs
import json
import socket
import threading

names = {}
mutex = threading.Lock()


def publish(author, text):
    packet = json.dumps({"text": text, "from": author}).encode("ascii")
    with mutex:
        for conn in names:
            try:
                if conn.send(packet, socket.MSG_DONTWAIT) < len(packet):
                    conn.shutdown(socket.SHUT_RDWR)   # half of it would spoil all that follows
            except OSError:
                pass


def client_thread(conn):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    try:
        name = decoder.decode(conn.recv(1024))
        if not name:
            return
        with mutex:
            names[conn] = name
        while data := conn.recv(65536):
            text = decoder.decode(data)
            if text:
                publish(name, text)
    except OSError:
        pass
    finally:
        with mutex:
            names.pop(conn, None)
        conn.close()


server = socket.create_server(("127.0.0.1", 9203))
while True:
    conn, _ = server.accept()
    threading.Thread(target=client_thread, args=(conn,), daemon=True).start()
