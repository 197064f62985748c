"""A name once taken stays taken: whoever comes back under it is asked for another, again and again.
caught-by: rejoin
may-also-fail: random-conversations
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""

import queue
import socket
import threading

HOST, PORT = "127.0.0.1", 5020
LONGEST_LINE = 64 * 1024   # байтов в одном сообщении
LONGEST_QUEUE = 1000       # столько сообщений ждёт тот, кто не читает; дальше он их теряет

outboxes = {}              # имя -> очередь того, что ему ещё не отправлено
lock = threading.Lock()    # бережёт outboxes; под замком ничего не ждём


def read_lines(conn):
    """Строки участника по одной, без "\\n". Последняя незаконченная не считается."""
    with conn.makefile("rb") as stream:
        while (line := stream.readline(LONGEST_LINE)).endswith(b"\n"):
            yield line.decode("utf-8", errors="replace").strip()


def tell_others(author, message):
    """Поставить сообщение в очередь всем, кроме автора."""
    data = (message + "\n").encode()
    with lock:
        for name, outbox in outboxes.items():
            if name != author:
                try:
                    outbox.put_nowait(data)
                except queue.Full:
                    pass  # он не читает; остальные из-за него не ждут


def deliver(conn, outbox):
    """Поток отправки: None в очереди — пора заканчивать."""
    try:
        while (data := outbox.get()) is not None:
            conn.sendall(data)
    except OSError:
        pass


def enter(lines, conn, outbox):
    """Спросить имя, пока не назовут свободное. None — ушёл, не назвавшись."""
    conn.sendall("Введите ваше имя: ".encode())
    for name in lines:
        with lock:
            if name and name not in outboxes:
                outboxes[name] = outbox
                return name
        conn.sendall("Имя занято, введите другое: ".encode())
    return None


def serve(conn, address):
    """Поток чтения: один участник от входа до ухода."""
    name, outbox = None, queue.Queue(LONGEST_QUEUE)
    try:
        lines = read_lines(conn)
        name = enter(lines, conn, outbox)
        if name is None:
            return
        threading.Thread(target=deliver, args=(conn, outbox), daemon=True).start()
        tell_others(name, f"* {name} теперь в чате")
        for text in lines:
            tell_others(name, f"{name}: {text}")
    except OSError as error:
        print(address, "соединение оборвалось:", error)
    finally:
        if name is not None:
            with lock:
                pass
            tell_others(name, f"* {name} больше не в чате")
        shut(conn, outbox)


def shut(conn, outbox):
    """Закончить и поток отправки, даже если он застрял на том, кто не читает."""
    try:
        conn.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    try:
        outbox.put_nowait(None)
    except queue.Full:
        pass  # значит, поток занят отправкой, а она уже прервана
    conn.close()


def main():
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind((HOST, PORT))
    server.listen()
    print(f"Чат открыт на {HOST}:{PORT}")
    try:
        while True:
            conn, address = server.accept()
            # daemon: по Ctrl-C программа не ждёт, пока все разойдутся
            threading.Thread(target=serve, args=(conn, address), daemon=True).start()
    except KeyboardInterrupt:
        print("Чат закрыт")
    finally:
        server.close()


if __name__ == "__main__":
    main()
