"""A chat over UDP with /join and /leave; that somebody left is announced. A name goes to whoever comes with it last.
variant: udp
model: udp
speaks: named_by=first-message author=server framing=none
hello: /join {name}
quit: /leave
left: * {name} left *
"""
import socket

members = {}
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 9733))


def tell(text, but=None):
    for member in list(members):
        if member != but:
            try:
                sock.sendto(text.encode(), member)
            except OSError:
                pass


def heed(text, sender):
    if text.startswith("/join "):
        name = text.removeprefix("/join ").strip()
        old = next((member for member, one in members.items() if one == name), None)
        members.pop(old, None)  # who closed his window without /leave comes back
        members[sender] = name
        tell(f"* {name} joined *", sender)
    elif sender not in members:
        sock.sendto(b"/join NAME first", sender)
    elif text == "/leave":
        name = members.pop(sender)
        tell(f"* {name} left *")
    else:
        tell(f"{members[sender]}: {text}", sender)


while True:
    try:
        data, sender = sock.recvfrom(65535)
    except ConnectionError:
        continue
    heed(data.decode("utf-8", "replace"), sender)
