import socket
import threading

listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("localhost", 9191))
listener.listen()

members = []
nicks = []


def to_everyone(data):
    for member in members:
        member.send(data)


def conversation(member):
    while True:
        try:
            data = member.recv(1024)
            if data:
                to_everyone(data)
        except:
            place = members.index(member)
            members.remove(member)
            member.close()
            nick = nicks.pop(place)
            to_everyone(f"{nick} has gone away.".encode("utf-8"))
            break


def main():
    print("Waiting for people...")
    while True:
        member, address = listener.accept()
        print("Somebody from", address)

        member.send("NAME".encode("utf-8"))
        nick = member.recv(1024).decode("utf-8")
        nicks.append(nick)
        members.append(member)

        to_everyone(f"{nick} is here now.".encode("utf-8"))
        member.send("You are in!".encode("utf-8"))
        threading.Thread(target=conversation, args=(member,)).start()


main()
