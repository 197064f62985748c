"""An asyncio task group: a reset in one task cancels all the others, and the server ends.
caught-by: leave-abruptly
may-also-fail: slow-reader, random-conversations
variant: multi-user
speaks: named_by=nobody author=client framing=none
"""
import asyncio
import socket

conns = []


async def listen_to(loop, conn):
    conns.append(conn)
    try:
        while data := await loop.sock_recv(conn, 4096):
            for other in conns[:]:
                if other is not conn:
                    await loop.sock_sendall(other, data)
    finally:
        conns.remove(conn)
        conn.close()


async def main():
    loop = asyncio.get_running_loop()
    server = socket.create_server(("127.0.0.1", 9104))
    server.setblocking(False)
    async with asyncio.TaskGroup() as group:
        while True:
            conn, _ = await loop.sock_accept(server)
            group.create_task(listen_to(loop, conn))


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
