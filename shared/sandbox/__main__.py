"""`python -m shared.sandbox`: the stand-in alone, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from functools import partial

from shared.sandbox.config import EndpointConfig, SandboxConfig
from shared.sandbox.server import serve


def _endpoint(text: str, *, connect: bool) -> EndpointConfig:
    url, separator, secret = text.rpartition("=")
    if not separator or not secret:
        raise argparse.ArgumentTypeError("an endpoint is URL=SECRET")
    return EndpointConfig(url, secret, connect)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    options = argparse.ArgumentParser(
        prog="shared.sandbox", description="The Stripe stand-in. No real money moves."
    )
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=12111)
    options.add_argument(
        "--database",
        default=":memory:",
        help="path of its SQLite file (default: in memory)",
    )
    options.add_argument(
        "--secret-key",
        default="sk_test_markethall",
        help="the platform that the control page shows",
    )
    options.add_argument(
        "--seed",
        type=int,
        default=None,
        help="the same requests get the same ids again",
    )
    options.add_argument(
        "--base-url", default=None, help="the address that it hands out, if not its own"
    )
    for name, connect in (("--endpoint", False), ("--connect-endpoint", True)):
        options.add_argument(
            name,
            action="append",
            default=[],
            metavar="URL=SECRET",
            type=partial(_endpoint, connect=connect),
        )
    return options


def main(arguments: list[str] | None = None) -> None:
    """Serve as the command line says."""
    given = parser().parse_args(arguments)
    os.umask(0o077)  # what it remembers is for its own user alone
    logging.basicConfig(
        level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    config = SandboxConfig(
        database=given.database,
        base_url=given.base_url or f"http://{given.host}:{given.port}",
        secret_key=given.secret_key,
        endpoints=(*given.endpoint, *given.connect_endpoint),
        seed=given.seed,
    )
    sys.stdout.write(f"Stripe stand-in at {config.base_url} (Ctrl-C stops it)\n")
    sys.stdout.flush()
    asyncio.run(
        serve(
            config,
            host=given.host,
            port=given.port,
        )
    )


if __name__ == "__main__":
    main()
