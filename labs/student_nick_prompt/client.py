import socket
import threading

nick = input("Your nick: ")
link = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
link.connect(("localhost", 9191))


def incoming():
    while True:
        try:
            data = link.recv(1024).decode("utf-8")
            if data == "NAME":
                link.send(nick.encode("utf-8"))
            elif data:
                print(data)
            else:
                break
        except:
            print("Connection is lost")
            link.close()
            break


def outgoing():
    while True:
        words = input("")
        link.send(f"{nick}: {words}".encode("utf-8"))


threading.Thread(target=incoming).start()
threading.Thread(target=outgoing).start()
