"""The options that most commands share: which installation, and where its site is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from shared.entrypoints.cli.options import PORT, SANDBOX_PORT

PORTS = click.IntRange(0, 65535)
Function = TypeVar("Function", bound=Callable[..., Any])


def installation(command: Function) -> Function:
    """The options that say which installation is meant."""
    folder = click.Path(file_okay=False, path_type=Path)
    command = click.option(
        "--sandbox-port",
        type=PORTS,
        default=SANDBOX_PORT,
        metavar="PORT",
        help="The Stripe stand-in's port.",
    )(command)
    return click.option(
        "--data-dir",
        type=folder,
        metavar="DIR",
        help="Where everything is kept.  [default: var]",
        show_default=False,
    )(command)


def site(command: Function) -> Function:
    """The options that say where the site is."""
    command = click.option(
        "--port", type=PORTS, default=PORT, metavar="PORT", help="The site's port."
    )(command)
    return click.option(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="The address that the site listens on.",
    )(command)
