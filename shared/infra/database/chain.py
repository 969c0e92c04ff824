"""Migrations stand in one line: each names the one before it, or two of one day would run in
whatever order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module

from shared.infra.database.schema import on_disk


def broken_links() -> list[str]:
    """What is wrong with the line of this version's migrations, in words; empty when it has no fork
    and no gap.
    """
    modules = {
        name: import_module(f"shared.infra.database.migrations.{name}")
        for name in on_disk()
    }
    return out_of_line(
        {
            name: [before for _, before in m.Migration.dependencies]
            for name, m in modules.items()
        }
    )


def out_of_line(named: Mapping[str, Sequence[str]]) -> list[str]:
    """A sentence for each migration that does not name the one before it; `named`: by name, in
    their order.
    """
    names = list(named)
    return [
        (
            f"The migration {name} must name {before or 'none'} as the one before it; it names "
            f"{', '.join(told) or 'none'}."
        )
        for before, (name, told) in zip(
            [None, *names],
            named.items(),
            strict=False,
        )
        if list(told) != ([before] if before else [])
    ]
