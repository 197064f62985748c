"""Two users in turns, the one at the server's own keyboard speaks first; without SO_REUSEADDR the port stays taken for a minute.
caught-by: restart
may-also-fail:
variant: two-user
speaks: named_by=nobody author=label framing=lines turns=alternate
"""
import socket

server = socket.socket()
server.bind(("127.0.0.1", 7007))
server.listen(1)
while True:
    conn, addr = server.accept()
    heard = conn.makefile(encoding="utf-8", errors="replace", newline="\n")
    try:
        while True:
            conn.sendall((input("Вы: ") + "\n").encode())
            line = heard.readline()
            if not line:
                break
            print("Собеседник:", line.rstrip("\n"))
    except OSError:
        print("Связь потеряна")
    heard.close()
    conn.close()
