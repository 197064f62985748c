"""Binds socket.gethostname().
variant: multi-user
model: threads
speaks: named_by=nobody author=label framing=lines
"""
import socket
import threading

HOST = socket.gethostname()
PORT = 9019
members = {}


def member_thread(conn, addr):
    lines = conn.makefile("rb")
    try:
        for line in lines:
            for other in list(members):
                if other is not conn:
                    try:
                        other.send(f"Message from [{addr[1]}]: ".encode() + line, socket.MSG_DONTWAIT)
                    except OSError:
                        pass
    except OSError:
        pass
    del members[conn]
    lines.close()
    conn.close()


sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
sock.bind((HOST, PORT))
sock.listen(5)
print("listening on", HOST, PORT)
while True:
    conn, addr = sock.accept()
    members[conn] = addr
    threading.Thread(target=member_thread, args=(conn, addr), daemon=True).start()
