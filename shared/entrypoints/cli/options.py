"""What a command was asked for, as it stands on the command line (shared/entrypoints/cli/main.py
reads it).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.core.frozen import frozen

PORT, SANDBOX_PORT = 8000, 12111


class CommandFailed(Exception):
    """A command cannot go on; the message is one clear sentence for the person at the terminal."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


@frozen(kw_only=True)
class Options:
    """Which installation, and where its site and its stand-in listen."""

    data_dir: Path | None = None
    sandbox_port: int = SANDBOX_PORT
    host: str = "127.0.0.1"
    port: int = PORT


@frozen(kw_only=True)
class ServeOptions(Options):
    workers: int = 1
    no_worker: bool = False
    no_demo: bool = False
    listener: int | None = None  # a socket handed down to one of several web processes


@frozen(kw_only=True)
class SeedOptions(Options):
    """How much bulk data; all zero: the demo."""

    vendors: int = 0
    products: int = 0
    orders: int = 0


@frozen(kw_only=True)
class ReconcileOptions(Options):
    repair: bool = False
    dry_run: bool = False
    recent: bool = False
    grace: int = 60  # seconds


@frozen
class Composition:
    """What the composition root offers to the commands."""

    compose: Callable[..., Any]
    job_handlers: Callable[[], Any]
    recurring_jobs: Callable[[], Any]
    job_manners: Callable[[], Any] = dict
