"""Two users, one of them at the server's own keyboard, which is read with os.read(0) beside the socket, both in one select.
variant: two-user
model: select
speaks: named_by=nobody author=label framing=lines
"""
import os
import select
import socket

door = socket.create_server(("127.0.0.1", 31337))
friend, heard, typed = None, b"", b""
while True:
    for ready in select.select([0, friend or door], [], [])[0]:
        if ready is door:
            friend, heard = door.accept()[0], b""
        elif ready == 0:
            *lines, typed = (typed + os.read(0, 4096)).split(b"\n")
            for line in lines:
                try:
                    if friend:
                        friend.sendall(b"host> " + line + b"\n")
                except OSError:
                    pass
        else:
            try:
                data = friend.recv(4096)
            except OSError:
                data = b""
            if not data:
                friend.close()
                friend = None
                continue
            *lines, heard = (heard + data).split(b"\n")
            for line in lines:
                print("friend>", line.decode(errors="replace"))
