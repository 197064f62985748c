"""Of a line that has not ended, no more than 512 bytes are kept: the beginning of a longer one is thrown away with all of it.
caught-by: long-message
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import queue
import socket
import threading

LONGEST = 512
outboxes = {}
lock = threading.Lock()


def deliver(conn, outbox):
    while (data := outbox.get()) is not None:
        try:
            conn.sendall(data)
        except OSError:
            return


def lines_of(conn):
    begun = b""
    while data := conn.recv(65536):
        *lines, begun = (begun + data).split(b"\n")
        if len(begun) > LONGEST:
            begun = b""   # nobody writes that much: somebody wants to fill our memory
        yield from lines


def serve(conn):
    outbox = queue.Queue()
    threading.Thread(target=deliver, args=(conn, outbox), daemon=True).start()
    outbox.put(b"Name? ")
    try:
        lines = lines_of(conn)
        name = next(lines, b"")
        if name:
            with lock:
                outboxes[conn] = outbox
            for line in lines:
                with lock:
                    for other, its_outbox in outboxes.items():
                        if other is not conn:
                            its_outbox.put(name + b": " + line + b"\n")
    except OSError:
        pass
    finally:
        with lock:
            outboxes.pop(conn, None)
        outbox.put(None)
        try:
            conn.shutdown(socket.SHUT_RDWR)   # should the one who delivers wait for somebody who does not read
        except OSError:
            pass
        conn.close()


server = socket.create_server(("127.0.0.1", 9404))
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
