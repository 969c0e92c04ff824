"""The Stripe stand-in beside the site: a child process over HTTP, as far away as Stripe itself.

Never loaded with a real key.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.options import CommandFailed, Options

if TYPE_CHECKING:
    from types import TracebackType

    from shared.core.settings import Settings

START_SECONDS = 30.0


def arguments(settings: Settings, options: Options) -> list[str]:
    """What the stand-in is told: its port, its file, and where our two webhook endpoints are."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    stripe = settings.stripe
    site = f"http://127.0.0.1:{options.port}"
    return [
        *("--port", str(options.sandbox_port)),
        *("--database", str(settings.data_dir / "stripe-stand-in.sqlite3")),
        *("--base-url", stripe.api_base),
        *(
            "--endpoint",
            f"{site}{addresses.PLATFORM_EVENTS}={stripe.webhook_secrets[0]}",
        ),
        *(
            "--connect-endpoint",
            f"{site}{addresses.CONNECT_EVENTS}={stripe.connect_webhook_secrets[0]}",
        ),
    ]


class StandIn:
    """The child process.

    Leaving the block stops it; should this process die, the child notices and stops by itself.
    """

    def __init__(self, settings: Settings, options: Options) -> None:
        self._arguments = arguments(settings, options)
        self._base = settings.stripe.api_base
        self._port = options.sandbox_port
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> StandIn:
        check_port(self._port)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "shared.entrypoints.cli.stand_in", *self._arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,  # closed by the system when we die
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for us; we stop it last
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    async def ready(self) -> None:
        """Wait until it answers. Raises CommandFailed when it ends instead."""
        assert self._process is not None
        deadline = time.monotonic() + START_SECONDS
        while not await asyncio.to_thread(answers, self._base):
            if self._process.poll() is not None:
                raise CommandFailed(
                    f"The Stripe stand-in ended with {self._process.returncode} instead of "
                    "starting."
                )
            if time.monotonic() > deadline:
                raise CommandFailed(
                    f"The Stripe stand-in does not answer at {self._base}."
                )
            await asyncio.sleep(0.03)


def control(
    base: str,
    method: str,
    path: str,
    body: Any = None,
) -> Any:
    """One call to the stand-in's control API."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{base}/_control/{path}",
        data=data,
        method=method,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def answers(base: str) -> bool:
    """Whether a stand-in is there."""
    try:
        control(base, "GET", "state")
    except (OSError, ValueError):
        return False
    return True


def check_port(port: int) -> None:
    """Raise CommandFailed when the stand-in's port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise CommandFailed(
                (
                    f"Port {port} is taken, the Stripe stand-in needs it. Choose another one with "
                    "--sandbox-port."
                ),
                2,
            ) from None


def stop_with_parent() -> None:
    """Stop when standard input closes: our parent is gone, however it went."""

    def watch() -> None:
        while os.read(0, 1024):  # not sys.stdin: its lock would be held at exit
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    from shared.sandbox.__main__ import main

    stop_with_parent()
    main(sys.argv[1:])
