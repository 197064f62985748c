"""Does not set SO_REUSEADDR, in a server over asyncio.
caught-by: restart
may-also-fail: slow-reader
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import asyncio
import socket

writers = set()
tasks = set()


async def talk(loop, conn):
    writers.add(conn)
    try:
        while data := await loop.sock_recv(conn, 4096):
            for other in writers - {conn}:
                try:
                    await loop.sock_sendall(other, data)
                except OSError:
                    pass
    except OSError:
        pass
    finally:
        writers.discard(conn)
        conn.close()


async def main():
    loop = asyncio.get_running_loop()
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
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
