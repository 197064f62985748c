"""asyncio's transports and protocols do the network's work.
caught-by: uses-socket
may-also-fail:
variant: multi-user
speaks: named_by=nobody author=client framing=none echo=true
"""
import asyncio

transports = set()


class Guest(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        transports.add(transport)

    def data_received(self, data):
        for transport in transports:
            transport.write(data)

    def connection_lost(self, error):
        transports.discard(self.transport)


async def main():
    server = await asyncio.get_running_loop().create_server(Guest, "127.0.0.1", 9109)
    await server.serve_forever()


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
