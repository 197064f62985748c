import socket
import sys
import threading

CLEAR, GREEN, RESET = "\r\x1b[2K", "\x1b[1;32m", "\x1b[0m"


class Window:
    def __init__(self, conn):
        self.conn = conn
        self.prompt = f"{GREEN}вы>{RESET} "

    def listen(self):
        for line in self.conn.makefile(encoding="utf-8"):
            who, _, text = line.rstrip().partition(": ")
            sys.stdout.write(f"{CLEAR}\x1b[36m{who}\x1b[0m: {text}\n{self.prompt}")
            sys.stdout.flush()

    def talk(self):
        while True:
            self.conn.sendall(input(self.prompt).encode() + b"\n")


conn = socket.create_connection(("127.0.0.1", 9214))
conn.sendall(input(conn.recv(1024).decode()).encode() + b"\n")
window = Window(conn)
threading.Thread(target=window.listen, daemon=True).start()
window.talk()
