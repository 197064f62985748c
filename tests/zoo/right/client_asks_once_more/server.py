"""The client asks for host, port and name, and then once more whether all of that is right.
variant: multi-user
model: threads
speaks: named_by=first-message author=server framing=lines
"""
import queue
import socket
import threading

mailboxes = {}
lock = threading.Lock()


def deliver(conn, mailbox):
    while (line := mailbox.get()) is not None:
        try:
            conn.sendall(line)
        except OSError:
            break


def attend(conn):
    mailbox = queue.Queue()
    threading.Thread(target=deliver, args=(conn, mailbox), daemon=True).start()
    stream = conn.makefile("rb")
    try:
        name = stream.readline().strip()
        with lock:
            if name:
                mailboxes[conn] = mailbox
        for line in stream if name else ():
            with lock:
                for other, box in mailboxes.items():
                    if other is not conn:
                        box.put(b"(" + name + b") " + line.strip() + b"\n")
    except OSError:
        pass
    finally:
        with lock:
            mailboxes.pop(conn, None)
        mailbox.put(None)
        stream.close()
        conn.close()


with socket.create_server(("127.0.0.1", 9236)) as door:
    while True:
        threading.Thread(target=attend, args=(door.accept()[0],), daemon=True).start()
