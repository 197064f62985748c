"""The client wants host and port in one answer, as its question shows them.
variant: multi-user
model: asyncio
speaks: named_by=nobody author=client framing=none
"""
import asyncio
import socket

there = set()


async def serve(loop, conn):
    there.add(conn)
    try:
        while data := await loop.sock_recv(conn, 4096):
            for other in there - {conn}:
                try:
                    other.send(data)
                except OSError:
                    pass
    except OSError:
        pass
    finally:
        there.discard(conn)
        conn.close()


async def main():
    loop = asyncio.get_running_loop()
    tasks = set()
    with socket.create_server(("127.0.0.1", 9238)) as door:
        door.setblocking(False)
        while True:
            conn, _ = await loop.sock_accept(door)
            conn.setblocking(False)
            task = loop.create_task(serve(loop, conn))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
