"""Imports its own modules, which lie beside it.
variant: multi-user
model: threads
speaks: named_by=prompt author=server framing=lines
"""
from network import open_server
from people import People
from settings import HOST, PORT
from threading import Thread

people = People()

if __name__ == "__main__":
    server = open_server(HOST, PORT)
    while True:
        connection, address = server.accept()
        Thread(target=people.welcome, args=(connection,), daemon=True).start()
