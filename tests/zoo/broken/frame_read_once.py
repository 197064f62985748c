"""Reads the body of a frame with one recv, as if it always came whole.
caught-by: dripped-message
may-also-fail: split-character, random-conversations, long-message, odd-boundary, order-kept
variant: multi-user
speaks: named_by=nobody author=label framing=length-2 echo=true
"""
import socket
import struct
import threading

conns = {}
lock = threading.Lock()


def recv_exact(conn, count):
    data = b""
    while len(data) < count:
        part = conn.recv(count - len(data))
        if not part:
            raise ConnectionError("closed")
        data += part
    return data


def read_message(conn):
    (length,) = struct.unpack("!H", recv_exact(conn, 2))
    return conn.recv(length)


def write_message(conn, data):
    conn.send(struct.pack("!H", len(data)) + data, socket.MSG_DONTWAIT)


def serve(conn, address):
    with lock:
        conns[conn] = address
    try:
        while True:
            message = f"{address}: ".encode() + read_message(conn)
            with lock:
                for other in conns:
                    try:
                        write_message(other, message)
                    except OSError:
                        pass
    except OSError:
        pass
    finally:
        with lock:
            del conns[conn]
        conn.close()


server = socket.create_server(("127.0.0.1", 9305))
while True:
    conn, address = server.accept()
    threading.Thread(target=serve, args=(conn, address), daemon=True).start()
