"""`operator EMAIL`: make somebody who runs the marketplace, or help one who has lost the second
step.
"""

from __future__ import annotations

import asyncio
import getpass
import sys
from typing import Any

import click

from shared.core.settings import Settings
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.opened import opened
from shared.entrypoints.cli.options import CommandFailed, Options
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.where import installation
from shared.infra.database.migrate import migrate
from shared.trade.people import registration
from shared.trade.people.factors import recovery


async def make_operator(
    settings: Settings,
    email: str,
    full_name: str,
) -> int:
    """Make one. The password is asked for, or read from standard input."""
    await migrate(settings.database_url, copies=settings.data_dir / "backups")
    password = _password()
    async with opened(settings):
        name = full_name or email.partition("@")[0]
        await registration.create_member(
            email=email,
            password=password,
            full_name=name,
            role="operator",
            vendor_id=None,
            confirmed=True,
        )
    print(
        f"{email} can now sign in at {settings.public_url}{addresses.OPERATOR_SIGN_IN}"
    )
    return 0


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise CommandFailed("The two passwords differ.")
    return password


async def take_factors_away(settings: Settings, email: str) -> int:
    """`--reset-factors`: for an operator who has lost app, passkeys and recovery codes."""
    async with opened(settings):
        await recovery.at_once(email)
    print(
        f"{email} signs in with the password alone now, and is asked to set up another second step."
    )
    return 0


@click.command()
@click.argument("email", metavar="EMAIL")
@installation
@click.option(
    "--name",
    default="",
    help="Full name.",
    show_default=False,
)
@click.option(
    "--reset-factors",
    is_flag=True,
    help="Take away the second step that this operator has lost.",
)
def operator_command(
    email: str,
    name: str,
    reset_factors: bool,
    **given: Any,
) -> int:
    """Make an operator of the marketplace.

    The password is asked for, or read from standard input.
    """
    settings = read_settings(Options(**given))
    if reset_factors:
        return asyncio.run(take_factors_away(settings, email))
    return asyncio.run(make_operator(settings, email, name))
