"""Bringing a database up to date: what a start asks first, and nearly always finds done.

What applies migrations is imported when one is missing; what tells whether models, migrations and a
database agree is agreement.py.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from shared.infra.database.direct import applied
from shared.infra.database.lifecycle import config
from shared.infra.database.schema import on_disk, refuse_newer

TORTOISE_ORM = config(
    "sqlite://:memory:"
)  # for `tortoise makemigrations`; see docs/operations.md


class MigrationFailed(Exception):
    """A migration left the database in a state that must not be used; the message says where the
    backup is.
    """


async def pending(url: str) -> list[str]:
    """The migrations that the database still lacks.

    Quick: it asks the database directly and loads no migration.

    Raises SchemaTooNew when it has one that this version does not know, and DatabaseTrouble when it
    does not answer.
    """
    done = await applied(url)
    refuse_newer(done)
    return [name for name in on_disk() if name not in done]


async def migrate(
    url: str,
    *,
    copies: Path | None = None,
) -> list[str]:
    """Apply what is missing, one process at a time; answers with the names of what was applied.

    Raises as `pending` does.

    Data is copied first: a SQLite file beside itself, a PostgreSQL database into the folder
    `copies`, where one is given.
    """
    if not await pending(url):
        return []
    from shared.infra.database.applying import apply  # late: see above

    return await apply(url, copies)


def migrate_now(url: str) -> list[str]:
    """`migrate` for callers without an event loop."""
    return asyncio.run(migrate(url))
