"""The command line of run.py: reads the arguments, loads the settings, hands over to the command's own module.

Imports of a command stay inside its branch: starting up is most of what a short command does.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.cli.bootstrap import ROOT
from shared.errors import MarketError
from shared.settings import Settings, SettingsError, load

PORT, SANDBOX_PORT = 8000, 12111


@dataclass(frozen=True)
class Parts:
    """What the composition root offers to the commands."""

    compose: Callable[..., Any]
    job_handlers: Callable[[], Any]
    recurring_jobs: Callable[[], Any]


class CommandFailed(Exception):
    """A command cannot go on; the message is one clear sentence for the person at the terminal."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


# name -> (what it does, whether it needs settings)
COMMANDS = {
    "serve": "migrate, start the Stripe stand-in where no key is set, serve the site with the worker inside (the default)",
    "test": "install the test extras and run the tests; further arguments go to pytest",
    "worker": "work off jobs in a process of its own; any number may run",
    "migrate": "bring the database up to date",
    "check-migrations": "exit 1 when models and migrations differ, or the database lacks a migration",
    "seed": "fill the demo marketplace, or bulk data with --vendors, --products, --orders",
    "sandbox": "run the Stripe stand-in alone",
    "reconcile": "compare ledger, orders and Stripe; exit 1 on differences",
    "replay": "apply a stored webhook event again",
    "doctor": "check settings, keys, API version, webhook endpoints, database and mail",
    "operator": "make the first operator of the marketplace",
    "bench": "run benchmarks",
}


def parser() -> argparse.ArgumentParser:
    """The arguments of every command."""
    top = argparse.ArgumentParser(prog="run.py", description="Markethall, a marketplace on Stripe Connect.")
    commands = top.add_subparsers(dest="command", metavar="command", required=True)
    made = {name: commands.add_parser(name, help=text, description=text) for name, text in COMMANDS.items()}
    for name in (
        "serve",
        "worker",
        "migrate",
        "check-migrations",
        "seed",
        "sandbox",
        "reconcile",
        "replay",
        "doctor",
        "operator",
    ):
        made[name].add_argument("--data-dir", type=Path, help="where everything is kept (default: var)")
        made[name].add_argument("--sandbox-port", type=int, default=SANDBOX_PORT, help="the stand-in's port")
    for name in ("serve", "seed", "worker", "sandbox", "doctor", "reconcile", "replay"):
        made[name].add_argument("--host", default="127.0.0.1", help="the address to listen on")
        made[name].add_argument("--port", type=int, default=PORT, help="the site's port")
    _serve(made["serve"])
    for what in ("vendors", "products", "orders"):
        made["seed"].add_argument(f"--{what}", type=int, default=0, metavar="N", help=f"N {what} of bulk data")
    _reconcile(made["reconcile"])
    made["replay"].add_argument("event", metavar="EVENT_ID", help="evt_...")
    made["replay"].add_argument("--dry-run", action="store_true", help="only tell what would happen")
    probe = "also touch metadata at Stripe and wait for both events, and send the operator a mail"
    made["doctor"].add_argument("--probe", action="store_true", help=probe)
    made["operator"].add_argument("email", metavar="EMAIL")
    made["operator"].add_argument("--name", default="", help="full name")
    made["bench"].add_argument("name", nargs="?", metavar="NAME", help="one benchmark (default: all)")
    return top


def _serve(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="web processes (more than one: PostgreSQL)")
    serve.add_argument("--no-worker", action="store_true", help="work off no jobs in this process")
    serve.add_argument("--no-demo", action="store_true", help="do not fill the demo marketplace")
    serve.add_argument("--listener", type=int, help=argparse.SUPPRESS)  # a socket handed down by `--workers N`


def _reconcile(reconcile: argparse.ArgumentParser) -> None:
    reconcile.add_argument("--repair", action="store_true", help="repair what can be, and look again")
    reconcile.add_argument("--dry-run", action="store_true", help="with --repair: only tell what would be done")
    reconcile.add_argument("--recent", action="store_true", help="only what happened in the last four days")
    again = "what differs is looked at again after so long, since it may be under way (default: 60)"
    reconcile.add_argument("--grace", type=int, default=60, metavar="SECONDS", help=again)


def main(arguments: list[str], parts: Parts) -> int:
    """Run one command; the exit code."""
    if arguments[:1] == ["test"]:
        from shared.cli.testing import run_tests

        return run_tests(arguments[1:])
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help")):
        arguments = ["serve", *arguments]
    options = parser().parse_args(arguments)
    try:
        return _run(options, parts)
    except (CommandFailed, SettingsError, MarketError) as problem:
        print(problem.message if isinstance(problem, MarketError) else problem, file=sys.stderr)
        return problem.code if isinstance(problem, CommandFailed) else 2
    except KeyboardInterrupt:
        return 130


def read_settings(options: argparse.Namespace) -> Settings:
    """The settings as the options and the environment say, with a signing key of this installation in development."""
    from shared.cli.keys import development_key

    host, port = getattr(options, "host", "127.0.0.1"), getattr(options, "port", PORT)
    named = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
    settings = load(
        data_dir=options.data_dir,
        public_url=f"http://{named}:{port}",
        sandbox_base=f"http://127.0.0.1:{options.sandbox_port}",
        dotenv=ROOT / ".env",
    )
    if getattr(options, "listener", None) is None:  # a web process of several: its parent has said so
        for note in settings.notes:
            print(f"Note: {note}", file=sys.stderr)
    if settings.secret_key:
        return settings
    return settings.with_(secret_key=development_key(settings.data_dir))


def _run(options: argparse.Namespace, parts: Parts) -> int:
    if options.command == "bench":
        from shared.cli.bench import bench

        return bench(options.name)
    settings = read_settings(options)
    if options.command == "serve":
        from shared.cli.serve import serve

        return serve(settings, options, parts)
    if options.command == "sandbox":
        from shared.cli.stand_in import run_alone

        return run_alone(settings, options)
    if options.command == "doctor":
        from shared.cli.doctor import doctor

        return asyncio.run(doctor(settings, probe=options.probe))
    return asyncio.run(_with_database(settings, options, parts))


async def _with_database(settings: Settings, options: argparse.Namespace, parts: Parts) -> int:
    from shared.cli import database

    if options.command == "migrate":
        return await database.bring_up_to_date(settings)
    if options.command == "check-migrations":
        return await database.compare(settings)
    if options.command == "worker":
        from shared.cli.worker import work

        return await work(settings, parts.job_handlers(), parts.recurring_jobs())
    if options.command == "seed":
        from shared.cli.seed import seed

        return await seed(settings, options)
    if options.command == "reconcile":
        from shared.cli import reconcile

        return await reconcile.run(settings, options)
    if options.command == "replay":
        return await database.replay(settings, options.event, dry_run=options.dry_run)
    return await database.make_operator(settings, options.email, options.name)
