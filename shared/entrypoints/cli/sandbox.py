"""`sandbox`: the Stripe stand-in alone, in this process."""

from __future__ import annotations

from typing import Any

import click

from shared.core.settings import Settings
from shared.entrypoints.cli import stand_in
from shared.entrypoints.cli.options import Options
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.where import installation, site
from shared.sandbox.__main__ import main


def run_alone(settings: Settings, options: Options) -> int:
    """Run it until Ctrl-C. Raises CommandFailed when its port is taken."""
    stand_in.check_port(options.sandbox_port)
    main(stand_in.arguments(settings, options))
    return 0


@click.command()
@site
@installation
def sandbox_command(**given: Any) -> int:
    """Run the Stripe stand-in alone.

    Its control page is at its address.
    """
    options = Options(**given)
    return run_alone(read_settings(options), options)
