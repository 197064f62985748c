"""What the source says about how guests have to speak: listings of a few lines, and the first guess."""

from __future__ import annotations

import json
import textwrap

import pytest

from grading.submission.model import Way
from grading.submission.ways import MOST_WAYS, encoding_of, ways_of


def ways(server: str, client: str = "") -> tuple[Way, ...]:
    return ways_of([textwrap.dedent(server).encode()], [textwrap.dedent(client).encode()] if client else [])


JSON_SERVER = """
    import json
    def talk(conn):
        while data := conn.recv(1024):
            message = json.loads(data)
            if message["type"] == "join":
                name = message["username"]
            elif message.get("type") == "chat":
                tell(message["text"])
    """
JSON_CLIENT = """
    import json
    sock.send(json.dumps({"type": "join", "username": name, "color": color}).encode())
    while True:
        line = input()
        sock.send(json.dumps({"type": "chat", "text": line, "time": now()}).encode())
    """


# -- JSON


def test_the_clients_objects_are_the_best_guess() -> None:
    hello = '{"type": "join", "username": "{name}", "color": ""}'
    assert ways(JSON_SERVER, JSON_CLIENT)[0] == Way("json", hello, "", '{"type": "chat", "text": "{text}", "time": "12:30"}')


def test_without_a_client_what_the_server_looks_up_must_do() -> None:
    hello, says = '{"type": "join", "username": "{name}"}', '{"type": "chat", "username": "{name}", "text": "{text}"}'
    assert ways(JSON_SERVER)[0] == Way("json", hello, "", says)


def test_where_no_word_tells_them_apart_the_name_is_in_each_message() -> None:
    first = ways("import json\nd = json.loads(x)\ntell(d['name'], d['text'])")[0]
    assert first == Way("json", "", "", '{"name": "{name}", "text": "{text}"}')


def test_lines_and_letters_are_read_off() -> None:
    client = JSON_CLIENT.replace("now()}", "now()}, ensure_ascii=False").replace('name, "color": color}', "name}, ensure_ascii=False")
    first = ways(JSON_SERVER.replace("conn.recv(1024)", "stream.readline()"), client)[0]
    assert (first.framing, first.escaped) == ("json-lines", False)


@pytest.mark.parametrize(
    "client",
    [
        "import json\ndef send(**words): sock.send(json.dumps(words).encode())\nsend(cmd='join', name=name)\nsend(cmd='say', text=line)",
        "import json\nsend(json.dumps(dict(cmd='join', name=name)))\nsend(json.dumps(dict(cmd='say', text=line)))",
    ],
)
def test_objects_written_as_keywords_are_objects_too(client: str) -> None:
    first = ways("import json\nd = json.loads(x)\ngetattr(chat, 'do_' + d['cmd'])(d)", client)[0]
    assert (first.hello, first.says) == ('{"cmd": "join", "name": "{name}"}', '{"cmd": "say", "text": "{text}"}')


def test_a_name_said_plainly_is_among_the_guesses() -> None:
    assert Way("json", "{name}", "", '{"msg": "{text}"}') in ways("import json\nname = conn.recv(9)\ntell(json.loads(data)['msg'])")


def test_a_message_that_is_a_dataclass_has_all_its_fields() -> None:
    server = """
        import json
        @dataclass
        class Message:
            type: str
            msg: str
            author: str = ""
            room: str = ""
        class Kind(Enum):
            TEXT = "text"
        message = Message(**json.loads(data))
        """
    assert ways(server)[0] == Way("json", "", "", '{"type": "text", "msg": "{text}", "author": "{name}", "room": ""}')


# -- lengths


@pytest.mark.parametrize(
    ("source", "framing"),
    [
        ("n, = struct.unpack('!H', recv_exact(2))", "length-2"),
        ("n = struct.unpack('>I', head)[0]", "length-4"),
        ("n = struct.unpack('<I', head)[0]", "length-4-little"),
        ("HEAD = '!I'\nn = struct.unpack(HEAD, head)[0]", "length-4"),
        ("n = int.from_bytes(head, 'big')\nsock.send(len(x).to_bytes(2, 'big') + x)", "length-4"),
        ("sock.send(len(x).to_bytes(2, 'big') + x)", "length-2"),
        ("sock.send(len(x).to_bytes(4, byteorder='little') + x)", "length-4-little"),
        ("HEADER = 64\nn = int(conn.recv(HEADER).decode())", "length-decimal-64"),
        ("H = 10\nsock.send(f'{len(m):<{H}}'.encode() + m)", "length-decimal-10"),
        ("sock.send(f'{len(m):04d}'.encode() + m)", "length-decimal-4"),
        ("sock.send(str(len(m)).zfill(8).encode() + m)", "length-decimal-8"),
        ("parts = data.split(b'\\0')", "nul"),
        ("size = int(stream.readline())\nbody = stream.read(size)", "length-line"),
        ("async def f(): return await s.readexactly(int(await s.readuntil(b'\\n')))", "length-line"),
        ("head, _, rest = box.partition(b'\\n')\nn = int(head)\nbody = rest[:n]", "length-line"),
    ],
)
def test_lengths_and_zero_bytes(source: str, framing: str) -> None:
    assert Way(framing) in ways(source)


@pytest.mark.parametrize("source", ["size = int(conn.recv(10))\nrest[:size]", "port = int(input())\nstream.readline()\nstream.read(9)"])
def test_not_every_number_is_a_length_on_a_line(source: str) -> None:
    assert Way("length-line") not in ways(source)


def test_of_two_lengths_the_one_that_the_client_writes_too() -> None:
    server = "a = struct.unpack('!Q', f)\nn = struct.unpack('!H', head)"
    assert ways(server, "sock.send(struct.pack('!H', len(m)) + m)") == (Way("length-2"),)


def test_json_in_frames() -> None:
    first = ways("import json\nn = struct.unpack('!I', head)\nd = json.loads(body)\ntell(d['name'], d['text'])")[0]
    assert (first.framing, first.hello) == ("length-4", "")


@pytest.mark.parametrize("client", [JSON_CLIENT.replace('"text": line', '"to": to, "text": line'), ""])
def test_whom_a_message_is_for(client: str) -> None:
    server = JSON_SERVER.replace('tell(message["text"])', 'tell(message["text"], message["to"] == "all")')
    assert all('"to": "all", "text": "{text}"' in way.says for way in ways(server, client)[:2])


# -- commands


@pytest.mark.parametrize(
    ("source", "hello"),
    [
        ("if text.startswith('NICK:'): name = text[5:]", "NICK:{name}"),
        ("if text.startswith('/nick '): name = text[6:]", "/nick {name}"),
        ("command, _, rest = text.partition(' ')\nif command == 'NAME': name = rest", "NAME {name}"),
        ("parts = text.split('|')\nif parts[0] == 'JOIN': name = parts[1]", "JOIN|{name}"),
        ("match text.split(':'):\n    case ['login', name]: pass", "login:{name}"),
        ("if parts[0] in ('/name', '/nick'): name = parts[1]", "/name {name}"),
        ("def enter(who): pass\nfound = {'HELLO': enter, 'BYE': lambda who: 0}[word]", "HELLO {name}"),
        ("class Chat:\n    def enter(self): pass\n    def table(self): return {'LOGIN': self.enter}", "LOGIN {name}"),
    ],
)
def test_commands_that_give_the_name(source: str, hello: str) -> None:
    assert ways(source)[0].hello == hello


def test_the_clients_own_spelling_of_a_command_goes_first() -> None:
    assert ways("if words[0] == 'NICK': name = words[1]", "sock.send(f'NICK={name}'.encode())")[0].hello == "NICK={name}"


def test_a_command_to_talk_is_tried_with_the_one_for_the_name() -> None:
    first, second = ways("if c == 'NAME': a()\nelif c == 'MSG': b()")[:2]
    assert (first, second) == (Way("none", "NAME {name}", "", "MSG {text}"), Way("none", "NAME {name}"))


@pytest.mark.parametrize("client", ["send(f'{name}|{input()}')", "send(name + '|' + line)"])
def test_the_client_may_put_the_name_before_each_text(client: str) -> None:
    assert ways("name, _, text = data.decode().partition('|')", client)[0] == Way("none", "", "", "{name}|{text}")


@pytest.mark.parametrize("server", ["tell(data)", "name, text = data.split(';')"])
def test_what_the_server_does_not_take_apart_is_only_a_text(server: str) -> None:
    assert ways(server, "send(f'{name}|{input()}')") == ()


def test_methods_called_by_their_names_are_commands() -> None:
    server = "class Guest:\n    def cmd_login(self): pass\n    def cmd_say(self): pass\n    def run(self): getattr(self, 'cmd_' + word)()"
    assert ways(server)[0] == Way("none", "login {name}", "", "say {text}")
    assert ways(server.replace("'cmd_' + word", "f'cmd_{word}'")) == ways(server)


@pytest.mark.parametrize("sent", ["name + '|' + text + '\\n'", "f'{name}|{text}'"])
def test_the_name_may_stand_in_each_message(sent: str) -> None:
    assert ways("name, _, text = line.partition('|')", f"sock.send(({sent}).encode())")[0] == Way("none", "", "", "{name}|{text}")
    assert ways("print(line)", f"sock.send(({sent}).encode())") == ()


def test_a_server_that_keeps_json_in_a_file_may_have_commands() -> None:
    assert ways("import json\nif word == '/nick': json.dump(history, file)")[0].hello == "/nick {name}"


def test_what_is_kept_under_a_word_may_be_no_function() -> None:
    assert ways("people[conn] = {'name': name, 'text': conn}") == ()


@pytest.mark.parametrize(
    "client",
    [
        "send({'action': 'join', 'data': {'nick': nick}})\nwhile True: send({'action': 'say', 'data': {'text': line}})",
        "def send(action, **data): s.send({'action': action, 'data': data})\nsend('join', nick=n)\nwhile True: send('say', text=input())",
        "def send(kind, it): s.send({'action': kind, 'data': it})\nsend('join', {'nick': n})\nsend('say', {'text': line})\nsend('bye', 0)",
    ],
    ids=["as it is", "keywords", "parameters"],
)
def test_objects_within_objects(client: str) -> None:
    hello, says = '{"action": "join", "data": {"nick": "{name}"}}', '{"action": "say", "data": {"text": "{text}"}}'
    assert ways("import json", client)[0] == Way("json", hello, "", says)


@pytest.mark.parametrize(
    "display",
    ["dict(nick=nick, **more)", "{'nick': nick, **more}", "{**more, 'nick': nick}", "dict(more, nick=nick)"],
)
def test_what_a_function_is_given_may_be_put_in_beside_the_rest(display: str) -> None:
    client = f"def send(**more): s.sendto(json.dumps({display}), THERE)\nsend(type='join')\nwhile True: send(type='say', text=input())"
    first = ways("import json", client)[0]
    assert json.loads(first.hello) == {"type": "join", "nick": "{name}"}
    assert json.loads(first.says) == {"type": "say", "nick": "{name}", "text": "{text}"}


def test_where_the_client_is_beyond_reading_the_server_is_asked() -> None:
    client = "import json\ndef send(it):\n    it['name'] = NAME\n    s.send(json.dumps(it))\nwhile True: send({'text': input()})"
    found = ways("import json\nd = json.loads(x)\ntell(d['name'], d['text'])", client)
    assert found[:2] == (Way("json", "", "", '{"text": "{text}"}'), Way("json", "", "", '{"name": "{name}", "text": "{text}"}'))


def test_what_a_function_is_given_may_be_called_as_nothing() -> None:
    client = "def send(text): s.send({'t': text})\nwhile True: send(read())"
    assert ways("import json", client)[0] == Way("json", "", "", '{"t": "{text}"}')


def test_what_the_client_sends_before_its_loop_opens_the_door() -> None:
    client = "WORD = 'secret'\ns.send(WORD.encode())\ns.send(input('> ').encode())\nwhile True: s.send(input().encode())"
    assert ways("print(line)", client)[0] == Way("none", "secret", "{name}")
    more = "name = input()\nage = input()\ns.send(f'{name}\\n'.encode())\ns.send(bytes(age, 'utf-8'))\ns.send(b'ok')"
    assert ways("print(line)", more)[0] == Way("none", "{name}", "1\nok")
    assert ways("print(line)", more + "\ns.send(packed)") == ()


@pytest.mark.parametrize(("sent", "hello"), [("f'{room} {name}'", "main {name}"), ("name + ' ' + room", "{name} main")])
def test_a_room_may_stand_beside_the_name(sent: str, hello: str) -> None:
    client = f"room = 'main'\nname = input()\ns.send(({sent}).encode())"
    assert ways("one, two = line.split()", client)[0] == Way("none", hello)
    assert ways("print(line)", client) == ()


def test_other_commands_are_left_alone() -> None:
    assert ways("if text == '/quit': pass\nelif text.startswith('/list'): pass\nelif text == 'exit': pass") == ()


# -- nothing to be said


@pytest.mark.parametrize("source", ["", "x = (", "while data := conn.recv(1024): tell(data)", "conn.send('NICK'.encode())", "\0"])
def test_plain_servers_give_no_guesses(source: str) -> None:
    assert ways(source) == ()


def test_there_are_never_many() -> None:
    server = "import json\n" + "\n".join(f"d['{key}'], '\\n'.split('\\n')" for key in ("name", "nick", "user", "text", "msg", "data"))
    assert len(ways(server)) == MOST_WAYS


def test_a_deep_source_harms_nobody() -> None:
    assert ways("f'{" + "-" * 900 + "x:<10}'") == ()


@pytest.mark.parametrize(
    ("source", "encoding"),
    [
        ("data.decode('cp1251'); s.encode('windows-1251')", "cp1251"),
        ("FORMAT = 'koi8-r'\ndata.decode(FORMAT)", "koi8-r"),
        ("data.decode('utf-8')", ""),
        ("data.decode('cp1251'); s.encode('utf-8')", ""),
        ("data.decode('ascii')", ""),
        ("data.decode('nonsense')", ""),
        ("data.decode()", ""),
    ],
)
def test_encodings(source: str, encoding: str) -> None:
    assert encoding_of([source.encode()]) == encoding
