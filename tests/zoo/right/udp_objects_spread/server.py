"""Objects over UDP, one in each datagram: every one says its kind and its author, and the client adds those to whatever is in it.
variant: udp
model: udp
speaks: named_by=first-message author=server framing=json
hello: {"nick": "{name}", "kind": "hello"}
says: {"nick": "{name}", "kind": "say", "words": "{text}"}
"""
import json
import socket

people = {}
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 9883))


def send(where, **fields):
    try:
        sock.sendto(json.dumps(fields).encode(), where)
    except OSError:
        people.pop(where, None)


def others(but):
    return [one for one in people if one != but]


def heed(data, sender):
    try:
        given = json.loads(data)
        nick, kind = given["nick"], given["kind"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    if not isinstance(nick, str) or not nick.strip():
        return
    if sender not in people:
        people[sender] = nick
        for one in others(sender):
            send(one, kind="came", nick=nick)
    if kind == "say" and isinstance(given.get("words"), str):
        for one in others(sender):
            send(one, kind="said", nick=nick, words=given["words"])


while True:
    try:
        heed(*sock.recvfrom(65535))
    except KeyboardInterrupt:
        break
    except OSError:
        continue
