"""asyncio streams do the network's work.
caught-by: uses-socket
may-also-fail:
variant: multi-user
speaks: named_by=prompt author=server framing=lines
"""
import asyncio

writers = {}


async def guest(reader, writer):
    name = ""
    try:
        writer.write("Введите имя:\n".encode())
        name = (await reader.readline()).decode("utf-8", "replace").strip()
        if name:
            writers[writer] = name
            while line := await reader.readline():
                for other in writers:
                    if other is not writer:
                        other.write(name.encode() + b": " + line)
    except OSError:
        pass
    finally:
        writers.pop(writer, None)
        writer.close()


async def main():
    server = await asyncio.start_server(guest, "127.0.0.1", 9108)
    async with server:
        await server.serve_forever()


try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("stopped")
