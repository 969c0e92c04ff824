"""The command line of run.py: reads the arguments, loads the settings, hands over to the command's own module.

Imports of a command stay inside its function: starting up is most of what a short command does.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from shared.core.errors import MarketError
from shared.core.settings import Settings, SettingsError, load
from shared.entrypoints.cli import private
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.commands import Commands
from shared.entrypoints.cli.options import (
    CommandFailed,
    Options,
    Parts,
    ReconcileOptions,
    SeedOptions,
    ServeOptions,
)
from shared.entrypoints.cli.where import installation, site
from shared.infra.database.owner import AlreadyServed
from shared.infra.database.schema import SchemaTooNew
from shared.infra.database.trouble import DatabaseTrouble

WEB_PROCESSES = "Web processes; more than one need PostgreSQL."
UNREACHABLE = 3  # the exit code when the database cannot be used; it may work in a moment


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": 100},
    epilog="Without a command: serve. Settings, addresses, backups and going live: docs/operations.md.",
)
def cli() -> None:
    """Markethall, a marketplace on Stripe Connect."""


@cli.command()
@site
@installation
@click.option("--workers", type=click.IntRange(min=1), default=1, metavar="N", help=WEB_PROCESSES)
@click.option("--no-worker", is_flag=True, help="Work off no jobs in this process.")
@click.option("--no-demo", is_flag=True, help="Do not fill the demo marketplace.")
@click.option("--listener", type=int, hidden=True)
@click.pass_obj
def serve(parts: Parts, /, **given: Any) -> int:
    """Serve the site.

    Migrates the database first. Without a Stripe key the Stripe stand-in is started and a demo marketplace filled.
    Ctrl-C answers what is under way, finishes the job at hand and stops.
    """
    from shared.entrypoints.cli.serve import serve as serve_site

    options = ServeOptions(**given)
    return serve_site(read_settings(options), options, parts)


@cli.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST_ARGUMENTS]...")
def test(arguments: tuple[str, ...]) -> int:
    """Run the tests; arguments go to pytest.

    The test extras are installed before that.
    """
    from shared.entrypoints.cli.testing import run_tests

    return run_tests(list(arguments))


@cli.command()
@site
@installation
@click.pass_obj
def worker(parts: Parts, /, **given: Any) -> int:
    """Work off jobs in a process of its own.

    Any number may run beside the web processes.
    """
    from shared.entrypoints.cli.worker import work

    return asyncio.run(work(read_settings(Options(**given)), parts.job_handlers(), parts.recurring_jobs()))


@cli.command()
@installation
def migrate(**given: Any) -> int:
    """Bring the database up to date.

    A database that holds data is copied first.
    """
    from shared.entrypoints.cli import database

    return asyncio.run(database.bring_up_to_date(read_settings(Options(**given))))


@cli.command()
@installation
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it.  [default: <data-dir>/backups/markethall-<time>.zip]",
    show_default=False,
)
def backup(target: Path | None, **given: Any) -> int:
    """Copy the whole installation into one file.

    In one snapshot, while the site runs. With the stand-in, its file is copied as well.
    """
    from shared.entrypoints.cli import backup as backups

    return asyncio.run(backups.make(read_settings(Options(**given)), target))


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@installation
@click.option("--replace", is_flag=True, help="Replace what is there; it is kept as a file.")
@click.option("--keep-stand-in", is_flag=True, help="Leave the stand-in's file as it is, as Stripe itself would be.")
def restore(file: Path, replace: bool, keep_stand_in: bool, **given: Any) -> int:
    """Put a backup back.

    The site must be stopped. An older backup is migrated. Afterwards no money moves until an operator has said that
    all is known again.
    """
    from shared.entrypoints.cli import backup as backups

    settings = read_settings(Options(**given))
    return asyncio.run(backups.restore(settings, file, replace=replace, keep_stand_in=keep_stand_in))


@cli.command()
@installation
def check_migrations(**given: Any) -> int:
    """Compare models, migrations and database.

    Exit 1 when something differs, or the database lacks a migration.
    """
    from shared.entrypoints.cli import database

    return asyncio.run(database.compare(read_settings(Options(**given))))


@cli.command()
@site
@installation
@click.option("--vendors", type=click.IntRange(min=0), default=0, metavar="N", help="N vendors of bulk data.")
@click.option("--products", type=click.IntRange(min=0), default=0, metavar="N", help="N products of bulk data.")
@click.option("--orders", type=click.IntRange(min=0), default=0, metavar="N", help="N paid orders of bulk data.")
def seed(**given: Any) -> int:
    """Fill the demo marketplace, or add bulk data."""
    from shared.entrypoints.cli.seed import seed as fill

    options = SeedOptions(**given)
    return asyncio.run(fill(read_settings(options), options))


@cli.command()
@site
@installation
def sandbox(**given: Any) -> int:
    """Run the Stripe stand-in alone.

    Its control page is at its address.
    """
    from shared.entrypoints.cli.stand_in import run_alone

    options = Options(**given)
    return run_alone(read_settings(options), options)


@cli.command()
@site
@installation
@click.option("--repair", is_flag=True, help="Repair what can be, and look again.")
@click.option("--dry-run", is_flag=True, help="With --repair: only tell what would be done.")
@click.option("--recent", is_flag=True, help="Only what happened in the last four days.")
@click.option(
    "--grace",
    type=click.IntRange(min=0),
    default=60,
    metavar="SECONDS",
    help="What differs is looked at again after so long, since it may be under way.",
)
def reconcile(**given: Any) -> int:
    """Compare ledger, orders and Stripe.

    Exit 1 when something differs.
    """
    from shared.entrypoints.cli import reconcile as comparing

    options = ReconcileOptions(**given)
    return asyncio.run(comparing.run(read_settings(options), options))


@cli.command()
@click.argument("event_id", metavar="EVENT_ID")
@site
@installation
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
def replay(event_id: str, dry_run: bool, **given: Any) -> int:
    """Apply a stored webhook event again.

    EVENT_ID is evt_...; what the event changes is told.
    """
    from shared.entrypoints.cli import database

    return asyncio.run(database.replay(read_settings(Options(**given)), event_id, dry_run=dry_run))


@cli.command()
@site
@installation
@click.option(
    "--probe", is_flag=True, help="Also touch metadata at Stripe, wait for both events, and send the operator a mail."
)
def doctor(*, probe: bool, **given: Any) -> int:
    """Check this installation from outside.

    Settings, keys, API version, webhook endpoints, database, mail and the way in. Exit 1 when there is something to do.
    """
    from shared.entrypoints.cli.doctor import doctor as look

    return asyncio.run(look(read_settings(Options(**given)), probe=probe))


@cli.command()
@click.argument("email", metavar="EMAIL")
@installation
@click.option("--name", default="", help="Full name.", show_default=False)
@click.option("--reset-factors", is_flag=True, help="Take away the second step that this operator has lost.")
def operator(email: str, name: str, reset_factors: bool, **given: Any) -> int:
    """Make an operator of the marketplace.

    The password is asked for, or read from standard input.
    """
    from shared.entrypoints.cli import database

    return asyncio.run(database.operator(read_settings(Options(**given)), email, name, reset=reset_factors))


@cli.command()
@click.argument("name", required=False, metavar="[NAME]")
def bench(name: str | None) -> int:
    """Run one benchmark, or all of them."""
    from shared.entrypoints.cli.bench import bench as measure

    return measure(name)


@cli.command()
def translations() -> int:
    """Bring the catalogues of translations up to date with templates and code."""
    from shared.entrypoints.cli.translations import update

    print(*update(), sep="\n")
    return 0


def main(arguments: list[str], parts: Parts) -> int:
    """Run one command; the exit code."""
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments = ["serve", *arguments]
    try:
        return int(cli.main(args=arguments, prog_name="run.py", obj=parts, standalone_mode=False) or 0)
    except click.ClickException as problem:  # wrong arguments: usage and a sentence
        problem.show()
        return problem.exit_code
    except (SchemaTooNew, AlreadyServed, DatabaseTrouble) as problem:
        print(problem, file=sys.stderr)
        return UNREACHABLE if isinstance(problem, DatabaseTrouble) else 2
    except (CommandFailed, SettingsError, MarketError) as problem:
        print(problem.message if isinstance(problem, MarketError) else problem, file=sys.stderr)
        return problem.code if isinstance(problem, CommandFailed) else 2
    except (KeyboardInterrupt, click.Abort):
        return 130


def read_settings(options: Options) -> Settings:
    """The settings as the options and the environment say, with a signing key of this installation in development."""
    from shared.entrypoints.cli.keys import development_key

    named = "127.0.0.1" if options.host in ("0.0.0.0", "::") else options.host  # noqa: S104
    settings = load(
        data_dir=options.data_dir,
        public_url=f"http://{f'[{named}]' if ':' in named else named}:{options.port}",
        sandbox_base=f"http://127.0.0.1:{options.sandbox_port}",
        dotenv=ROOT / ".env",
    )
    private.tighten(settings.data_dir, settings.database_url)
    if not isinstance(options, ServeOptions) or options.listener is None:  # else its parent has said so
        for note in settings.notes:
            print(f"Note: {note}", file=sys.stderr)
    if settings.secret_key:
        return settings
    return settings.with_(secret_key=development_key(settings.data_dir))
