"""Sends JSON to those who were in the list when somebody last joined a talk that had not begun.
caught-by: late-joiner-hears
may-also-fail: rejoin, leave-mid-handshake, random-conversations
variant: multi-user
speaks: named_by=first-message author=server framing=json-out
"""
import codecs
import json
import socket
import threading

names = {}
audience = []
mutex = threading.Lock()
silent = 0


def publish(author, text, me):
    packet = json.dumps({"from": author, "text": text}).encode("ascii")
    with mutex:
        for conn in audience:
            if conn is not me:
                try:
                    conn.send(packet, socket.MSG_DONTWAIT)
                except OSError:
                    pass


def client_thread(conn):
    global silent
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    try:
        name = decoder.decode(conn.recv(1024))
        if not name:
            return
        with mutex:
            names[conn] = name
            if not audience or not silent:   # разговор уже идёт — пусть сначала освоится
                audience.append(conn)
        while data := conn.recv(65536):
            text = decoder.decode(data)
            if text:
                silent += 1
                publish(name, text, conn)
    except OSError:
        pass
    finally:
        with mutex:
            names.pop(conn, None)
            if conn in audience:
                audience.remove(conn)
            if not audience:
                silent = 0
        conn.close()


server = socket.create_server(("127.0.0.1", 9303))
while True:
    conn, _ = server.accept()
    threading.Thread(target=client_thread, args=(conn,), daemon=True).start()
