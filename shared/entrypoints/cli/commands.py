"""The list of commands: in what order they are told, and what a mistyped one is answered with."""

from __future__ import annotations

from difflib import get_close_matches

import click


class Commands(click.Group):
    """The commands in the order in which they are written here; a mistyped one is told with the one that is near it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = str(args[0])
        if name not in self.commands:
            near = get_close_matches(name, self.commands, n=1)
            ctx.fail(f"There is no command {name!r}." + (f" Is {near[0]!r} meant?" if near else ""))
        return super().resolve_command(ctx, args)
