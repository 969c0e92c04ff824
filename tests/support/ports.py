"""Ports for what a test starts as a process of its own."""

from __future__ import annotations

import random
import socket

# Below where systems take the near end of an outgoing connection from: of those, any may be gone
# by the time that the process listens.
PORTS = range(12_000, 30_000)


def free_port() -> int:
    """A loopback port that is free right now; any, since other workers choose at the same time."""
    while True:
        port = random.choice(PORTS)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
