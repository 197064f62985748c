import asyncio
import textwrap


async def listen(reader):
    print((await reader.readuntil(b": ")).decode())
    while line := await reader.readline():
        print(textwrap.fill(line.decode(), 40))


async def main():
    reader, writer = await asyncio.open_connection("localhost", 9215)
    listening = asyncio.create_task(listen(reader))
    loop = asyncio.get_running_loop()
    while not listening.done():
        text = await loop.run_in_executor(None, input)
        writer.write(text.encode() + b"\n")
        await writer.drain()


asyncio.run(main())
