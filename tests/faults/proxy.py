"""The network between a script and a server, and what can become of it."""

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from random import Random

from scripts import DEADLINE, LOOPBACK


class Proxy:
    """A way to a port of this machine: it can be refused, cut, stalled and half-closed.

    `url` leads through it where `port` leads there straight.
    """

    def __init__(self, port: int):
        self._target = port
        self._ways: set[_Way] = set()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._server = None
        self.port = 0
        self.allow()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_):
        self.refuse()
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def url(self, straight: str) -> str:
        return straight.replace(f":{self._target}/", f":{self.port}/")

    def allow(self):
        """Listen, always at the same port."""
        self._call(self._listen())

    def refuse(self):
        """Refuse new connections, as nobody listens; those that are there stay."""
        self._call(self._unlisten())

    def some(self, chance: Random) -> list["_Way"]:
        """All connections of this moment, or one of them."""
        ways = list(self._ways)
        return ways if chance.random() < 0.5 else chance.sample(ways, min(1, len(ways)))

    def cut(self, ways: list["_Way"], reset: bool):
        """Break connections, by RST or by closing them."""
        self._each(ways, lambda way: way.cut(reset))

    def stall(self, ways: list["_Way"]):
        """Carry nothing any more, and break nothing, until `go_on`."""
        self._each(ways, lambda way: way.flowing.clear())

    def go_on(self):
        self._each(list(self._ways), lambda way: way.flowing.set())

    def half_close(self, ways: list["_Way"], untold: float):
        """Close the script's side; the server hears of it so many seconds after the script left."""
        self._each(ways, lambda way: way.half_close(untold))

    def _each(self, ways, deed):
        async def do():
            for way in ways:
                with suppress(OSError):
                    deed(way)

        self._call(do())

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(DEADLINE)

    async def _listen(self):
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, LOOPBACK, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _unlisten(self):
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _end(self):
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

    async def _carry(self, reader, writer):
        try:
            there, back = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:
            writer.transport.abort()
            return
        way = _Way(writer, back)
        self._ways.add(way)
        try:
            with suppress(asyncio.CancelledError):
                await asyncio.gather(way.pump(reader, back), way.pump(there, writer))
        finally:
            self._ways.discard(way)
            for end in (writer, back):
                end.transport.abort()


class _Way:
    """One connection through the proxy."""

    def __init__(self, *ends: asyncio.StreamWriter):
        self._ends = ends
        self._untold = 0.0
        self._closed = None
        self.flowing = asyncio.Event()
        self.flowing.set()

    async def pump(self, reader, writer):
        with suppress(OSError):
            while data := await reader.read(4096):
                await self.flowing.wait()
                if writer is not self._closed:
                    writer.write(data)
                    await writer.drain()
            await self.flowing.wait()
            await asyncio.sleep(self._untold)
            writer.close()

    def cut(self, reset: bool):
        for end in self._ends:
            if reset:
                linger = struct.pack("ii", 1, 0)
                end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                end.transport.abort()
            else:
                end.close()

    def half_close(self, untold: float):
        self._untold, self._closed = untold, self._ends[0]
        self._closed.write_eof()
