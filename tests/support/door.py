"""A door before a real PostgreSQL server: what goes through it is that server, until the door is
shut.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path


class Door:
    """Listens on a port of this machine and joins each caller to the server's own socket."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._server: asyncio.Server | None = None
        self._joined: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.loses_answers = False  # what is asked arrives, and the line breaks

    async def open(self) -> None:
        """Let callers in, at the same port as before."""
        self._server = await asyncio.start_server(self._come, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def shut(self) -> None:
        """As if the machine behind it were gone: open connections break, new ones are refused."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._joined):
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _come(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        there, back = await asyncio.open_unix_connection(str(self._socket))
        self._joined |= {writer, back}
        for source, target in ((reader, back), (there, writer)):
            task = asyncio.create_task(
                self._pipe(source, target, to_caller=target is writer)
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pipe(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        *,
        to_caller: bool,
    ) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if to_caller and self.loses_answers:
                    target.transport.abort()
                    return
                target.write(data)
                await target.drain()
        with suppress(OSError):
            target.close()


@asynccontextmanager
async def door_to(socket: Path) -> AsyncIterator[Door]:
    """An open door to the server that listens at `socket`."""
    door = Door(socket)
    await door.open()
    try:
        yield door
    finally:
        await door.shut()
