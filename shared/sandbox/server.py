"""Serves the stand-in with Hypercorn, and knows every client's connection so that a fault rule can
cut it.
"""

from __future__ import annotations

import logging
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypercorn.asyncio import serve as hypercorn_serve
from hypercorn.config import Config, Sockets

from shared.sandbox.app import create_sandbox
from shared.sandbox.config import SandboxConfig

# Whoever calls is to hang up first (aiohttp after 15 s of silence): a call that leaves as its
# connection is closed fails.
KEEP_ALIVE_SECONDS = 75
_GRACE_SECONDS = 3.0
_WITHOUT_A_WORD = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset


class Doorway(socket.socket):
    """A listening socket that remembers whom it let in."""

    guests: dict[tuple[str, int], socket.socket]

    def accept(self) -> tuple[socket.socket, Any]:
        """Let one in."""
        connection, address = super().accept()
        if len(self.guests) > 1000:
            known = self.guests.items()
            gone = [client for client, guest in known if guest.fileno() == -1]
            for client in gone:
                del self.guests[client]
        self.guests[address[:2]] = connection
        return connection, address

    def cut(self, client: tuple[str, int]) -> None:
        """Reset this client's connection."""
        connection = self.guests.pop(client, None)
        if connection is not None:
            with suppress(OSError):  # gone already
                connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, _WITHOUT_A_WORD
                )
                connection.shutdown(socket.SHUT_RDWR)


class _Config(Config):
    """Hypercorn's settings with a socket that is already open."""

    doorway: Doorway

    def create_sockets(self) -> Sockets:
        """Ours, and no other."""
        return Sockets([], [self.doorway], [])


def listen(host: str, port: int) -> Doorway:
    """Open the door; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns Nagle off only where it sees TCP.
    doorway = Doorway(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    doorway.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    doorway.bind((host, port))
    doorway.listen(256)
    doorway.setblocking(False)
    doorway.guests = {}
    return doorway


async def serve(
    config: SandboxConfig,
    *,
    host: str,
    port: int,
    shutdown_trigger: Callable[[], Awaitable[None]] | None = None,
    doorway: Doorway | None = None,
) -> None:
    """Serve until the trigger fires, or SIGINT or SIGTERM without one; what is under way is
    answered first.

    With a `doorway` of the caller's own, host and port are the caller's too.
    """
    doorway = doorway or listen(host, port)
    settings = _Config()
    settings.doorway = doorway
    settings.accesslog = None
    settings.errorlog = logging.getLogger("shared.sandbox.server")
    settings.loglevel = "WARNING"
    settings.graceful_timeout = _GRACE_SECONDS
    settings.keep_alive_timeout = KEEP_ALIVE_SECONDS
    settings.include_server_header = False
    try:
        await hypercorn_serve(
            create_sandbox(config, cut=doorway.cut),
            settings,
            shutdown_trigger=shutdown_trigger,
        )
    finally:
        doorway.close()


def at_port(config: SandboxConfig, doorway: Doorway) -> SandboxConfig:
    """The configuration with the address that the door really has."""
    host, port = doorway.getsockname()[:2]
    return replace(config, base_url=f"http://{host}:{port}")
