"""Messages are printed on the server's screen and sent to nobody.
caught-by: two-users-exchange
may-also-fail: author-is-known, three-users-hear, late-joiner-hears, silent-newcomer, leave-quietly, leave-abruptly, no-busy-loop, order-kept, long-message, odd-boundary, split-character
variant: multi-user
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
            print(f"Message from [{addr[1]}]:", line.decode("utf-8", "replace"))
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
