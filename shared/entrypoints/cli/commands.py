"""The group of commands: a command's module is imported when it runs, or when its own help is asked
for.
"""

from __future__ import annotations

import gc
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from shared.core.frozen import frozen
from shared.core.importing import importing


@frozen
class Listed:
    """Where a command is (`<its name>_command` in this module of the package), and what the list of
    commands says of it.
    """

    module: str
    says: str


class Commands(click.Group):
    """The commands in the order of `entries`; a mistyped one is answered with the name that is near
    it.
    """

    def __init__(
        self,
        *given: Any,
        entries: Mapping[str, Listed],
        **more: Any,
    ) -> None:
        super().__init__(*given, **more)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.entries)

    def get_command(
        self,
        ctx: click.Context,
        cmd_name: str,
    ) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        return (
            None
            if entry is None
            else _load(entry.module, f"{cmd_name.replace('-', '_')}_command")
        )

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the list without importing any of them."""
        limit = formatter.width - 6 - max(map(len, self.entries))  # as click does
        told = {
            name: click.Command(name, help=entry.says)
            for name, entry in self.entries.items()
        }
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, each.get_short_help_str(limit)) for name, each in told.items()]
            )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = str(args[0])
        if name not in self.entries:
            near = get_close_matches(name, self.entries, n=1)
            ctx.fail(
                f"There is no command {name!r}."
                + (f" Is {near[0]!r} meant?" if near else "")
            )
        return super().resolve_command(ctx, args)


def _load(module: str, name: str) -> click.Command:
    """Import a command; what is there then stays, and is not looked through for garbage."""
    with importing(), _source_unread():
        command = getattr(import_module(f"shared.entrypoints.cli.{module}"), name)
        gc.freeze()
    assert isinstance(command, click.Command)
    return command


@contextmanager
def _source_unread() -> Iterator[None]:
    """Let nobody read source inside this block.

    Tortoise would, as it is imported: a thousand lines of its own, for comments on columns that
    stand in none. It takes no for an answer, and a twentieth of a start less.
    """
    with_source: Any = inspect
    read = with_source.getsource
    with_source.getsource = _refuse
    try:
        yield
    finally:
        with_source.getsource = read


def _refuse(_asked_for: object) -> str:
    raise OSError("source is not read while a command is imported")
