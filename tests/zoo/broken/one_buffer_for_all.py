"""What is received from all guests is collected in one buffer, so that half a line of one begins the line of another.
caught-by: dripped-message
may-also-fail: split-character
variant: select
speaks: named_by=prompt author=server framing=lines
"""

import select, socket

serv = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
serv.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
serv.bind(('127.0.0.1', 9727))
serv.listen(64)
serv.setblocking(False)
print('started')

users = {}      # socket -> name (None, пока не представился)
output = {}
buffer = b''    # сюда складываем всё, что приходит, пока не встретим \n


def say(sock, text):
    output[sock] += text.encode('utf-8')


def off(sock):
    name = users.pop(sock)
    del output[sock]
    sock.close()


def on_line(sock, line):
    if users[sock] is None:
        if line:
            users[sock] = line
            say(sock, 'Привет, ' + line + '!\n')
        else:
            say(sock, 'Имя:\n')
    elif line:
        for s in users:
            if s is not sock and users[s] is not None:
                say(s, '@' + users[sock] + ': ' + line + '\n')


while True:
    rs, ws, _ = select.select([serv] + list(users), [s for s in output if output[s]], [])
    for s in rs:
        if s is serv:
            try:
                c, a = serv.accept()
            except OSError:
                continue
            c.setblocking(False)
            users[c] = None
            output[c] = b''
            say(c, 'Имя:\n')
            continue
        try:
            data = s.recv(4096)
        except BlockingIOError:
            continue
        except OSError:
            data = b''
        if not data:
            off(s)
            continue
        buffer += data
        while b'\n' in buffer:
            line, buffer = buffer.split(b'\n', 1)
            on_line(s, line.decode('utf-8', 'replace').rstrip('\r'))
    for s in ws:
        if s in output and output[s]:
            try:
                k = s.send(output[s])
                output[s] = output[s][k:]
            except BlockingIOError:
                pass
            except OSError:
                off(s)
