"""Half a letter is kept by one decoder for everybody: whoever speaks before the other half comes spoils it.
caught-by: split-character
variant: multi-user
speaks: named_by=nobody framing=none
"""
import codecs
import socket
import threading

decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
guests, lock = set(), threading.Lock()


def listen(guest):
    try:
        while data := guest.recv(8192):
            with lock:
                text = decoder.decode(data)
                others = [other for other in guests if other is not guest]
            for other in others:
                try:
                    other.send(text.encode(), socket.MSG_DONTWAIT)  # кто не читает, тот пропускает
                except OSError:
                    pass
    except OSError:
        pass
    with lock:
        guests.discard(guest)
    guest.close()


with socket.create_server(("127.0.0.1", 9271), backlog=40) as door:
    while True:
        guest, _ = door.accept()
        with lock:
            guests.add(guest)
        threading.Thread(target=listen, args=(guest,), daemon=True).start()
