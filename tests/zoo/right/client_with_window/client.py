import socket
import threading
import tkinter as tk

conn = socket.create_connection(("127.0.0.1", 9219))
window = tk.Tk()
log = tk.Text(window)
log.pack()
entry = tk.Entry(window)
entry.pack()


def listen():
    while data := conn.recv(1024):
        log.insert(tk.END, data.decode() + "\n")


entry.bind("<Return>", lambda event: (conn.sendall(entry.get().encode()), entry.delete(0, tk.END)))
threading.Thread(target=listen, daemon=True).start()
window.mainloop()
