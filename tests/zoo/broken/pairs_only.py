"""Users are put into rooms of two: the third talks to nobody.
caught-by: three-users-hear
may-also-fail: late-joiner-hears, silent-newcomer, leave-quietly, leave-abruptly, invalid-bytes
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import asyncio
import socket

writers = set()
numbers = {}
tasks = set()


async def talk(loop, conn):
    numbers[conn] = min(set(range(100)) - {numbers[w] for w in writers})
    writers.add(conn)
    try:
        while data := await loop.sock_recv(conn, 4096):
            for other in [w for w in writers - {conn} if numbers[w] // 2 == numbers[conn] // 2]:
                try:
                    await loop.sock_sendall(other, data)
                except OSError:
                    pass
    except OSError:
        pass
    finally:
        writers.discard(conn)
        del numbers[conn]
        conn.close()


async def main():
    loop = asyncio.get_running_loop()
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", 9002))
    server.listen()
    server.setblocking(False)
    while True:
        conn, address = await loop.sock_accept(server)
        conn.setblocking(False)
        task = loop.create_task(talk(loop, conn))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("stopped")
