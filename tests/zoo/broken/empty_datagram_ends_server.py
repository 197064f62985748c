"""Over UDP an empty message is an empty datagram, and no end of anything; this server ends at it.
caught-by: empty-message
may-also-fail:
variant: udp
speaks: transport=udp named_by=first-message author=server framing=none quit=/exit
"""

from socket import *


class UdpChat:
    def __init__(self, port=9202):
        self.s = socket(AF_INET, SOCK_DGRAM)
        self.s.bind(("localhost", port))
        self.people = {}

    def say(self, text, but):
        for addr in list(self.people):
            if addr != but:
                try:
                    self.s.sendto(text.encode("utf-8"), addr)
                except OSError as e:
                    print("не доставлено", addr, e)

    def run(self):
        while True:
            try:
                data, addr = self.s.recvfrom(65535)
            except ConnectionResetError:
                continue
            if not data:
                break
            text = data.decode("utf-8", errors="replace").rstrip("\r\n")
            if addr not in self.people:
                self.people[addr] = text
                self.say(f"*** {text} теперь с нами", addr)
            elif text == "/exit":
                name = self.people.pop(addr)
                self.say(f"*** {name} ушёл", addr)
            else:
                self.say(f"{self.people[addr]} >> {text}", addr)


if __name__ == "__main__":
    chat = UdpChat()
    print("UDP сервер на 9202, выход из чата: /exit")
    try:
        chat.run()
    except KeyboardInterrupt:
        pass
    finally:
        chat.s.close()
