"""A gateway opens nothing, and imports no SDK, before Stripe is first asked."""

from __future__ import annotations

import subprocess
import sys

START = """
import asyncio, sys
from pathlib import Path
import run
from shared.infra.gateway.gateway import Gateway
from shared.core.settings import load
import shared.entrypoints.cli.serve, shared.entrypoints.cli.serving
async def go():
    nowhere = Path(sys.argv[1])
    settings = load({}, data_dir=nowhere, dotenv=nowhere / "none")
    gateway = Gateway(settings.stripe)
    run.compose(settings, gateway)
    run.job_handlers()
    await gateway.close()
    print(sorted({"stripe", "aiohttp"} & set(sys.modules)))
    assert gateway.connection.sdk is gateway.connection.sdk
    print(sorted({"stripe", "requests"} & set(sys.modules)))
    import requests  # others may
    await gateway.close()
asyncio.run(go())
"""


def test_the_server_starts_and_ends_without_the_sdk() -> None:
    """Composing the whole application and closing it imports neither stripe nor aiohttp; the first
    question does, once, and brings no other client than ours along.
    """
    done = subprocess.run(
        [sys.executable, "-c", START, "/nowhere"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.stdout.split("\n"), done.stderr) == (["[]", "['stripe']", ""], "")
