"""The command line of run.py: which commands there are, and what stops one as a sentence and an
exit code.

Nothing of the application is imported here: starting up is most of what a short command does.
"""

from __future__ import annotations

import os
import sys

import click

from shared.core.errors import MarketError, SettingsError
from shared.entrypoints.cli.commands import Commands, Listed
from shared.entrypoints.cli.options import CommandFailed, Composition
from shared.infra.database.owner import AlreadyServed
from shared.infra.database.schema import SchemaTooNew
from shared.infra.database.trouble import DatabaseTrouble

__all__ = ["Composition", "cli", "main"]

UNREACHABLE = (
    3  # the exit code when the database cannot be used; it may work in a moment
)
ENTRIES = {
    "serve": Listed("serve", "Serve the site."),
    "test": Listed("testing", "Run the tests; arguments go to pytest."),
    "worker": Listed("worker", "Work off jobs in a process of its own."),
    "migrate": Listed("database", "Bring the database up to date."),
    "backup": Listed("backup", "Copy the whole installation into one file."),
    "restore": Listed("backup", "Put a backup back."),
    "check-migrations": Listed("agreement", "Compare models, migrations and database."),
    "seed": Listed("seed", "Fill the demo marketplace, or add bulk data."),
    "sandbox": Listed("sandbox", "Run the Stripe stand-in alone."),
    "reconcile": Listed("reconcile", "Compare ledger, orders and Stripe."),
    "replay": Listed("replay", "Apply a stored webhook event again."),
    "ask-again": Listed("ask_again", "Ask Stripe again after an unexpected answer."),
    "doctor": Listed("doctor", "Check this installation from outside."),
    "operator": Listed("operators", "Make an operator of the marketplace."),
    "bench": Listed("bench", "Run one benchmark, or all of them."),
    "translations": Listed(
        "translations",
        "Bring the catalogues of translations up to date with templates and code.",
    ),
}


@click.group(
    cls=Commands,
    entries=ENTRIES,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "show_default": True,
        "max_content_width": 100,
    },
    epilog=(
        "Without a command: serve. Settings, addresses, backups and going live: docs/operations.md."
    ),
)
def cli() -> None:
    """Markethall, a marketplace on Stripe Connect."""


def main(arguments: list[str], parts: Composition) -> int:
    """Run one command; the exit code."""
    # There are none; pydantic would look through every package that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    if not arguments or (
        arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")
    ):
        arguments = ["serve", *arguments]
    try:
        return int(
            cli.main(
                args=arguments,
                prog_name="run.py",
                obj=parts,
                standalone_mode=False,
            )
            or 0
        )
    except click.ClickException as problem:  # wrong arguments: usage and a sentence
        problem.show()
        return problem.exit_code
    except (SchemaTooNew, AlreadyServed, DatabaseTrouble) as problem:
        print(problem, file=sys.stderr)
        return UNREACHABLE if isinstance(problem, DatabaseTrouble) else 2
    except (CommandFailed, SettingsError, MarketError) as problem:
        print(
            problem.message if isinstance(problem, MarketError) else problem,
            file=sys.stderr,
        )
        return problem.code if isinstance(problem, CommandFailed) else 2
    except (KeyboardInterrupt, click.Abort):
        return 130
